"""What somebody sits at, in a few words: enough to recognise one's own, too little to follow anybody by it."""

_KINDS = {
    "MicroMessenger": "微信",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "QQBrowser": "QQ 浏览器",
    "360": "360 浏览器",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac", "Linux")


def in_words(user_agent: str) -> str:
    """“Chrome，Windows” of the long line that a browser says of itself."""
    kind = next((name for sign, name in _KINDS.items() if sign in user_agent), "其他浏览器")
    system = next((name for name in _SYSTEMS if name in user_agent), "其他系统")
    return f"{kind}，{system}"
