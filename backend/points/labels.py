"""Chinese words for the states and kinds of points."""

EVENTS = {"wish_confirmed": "点亮心愿", "service_hour": "志愿服务 1 小时"}
