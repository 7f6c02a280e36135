"""Chinese words for the states and kinds of persons and their roles."""

SERVICE_ROLES = {
    "convenience": "便民服务员",
    "relief": "帮扶济困员",
    "civility": "文明倡导员",
    "emergency": "应急战斗员",
    "mediation": "矛盾调解员",
    "policy": "政策宣传员",
}
