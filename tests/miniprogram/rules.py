"""What WeChat's tools do not look at, one rule a function: each answers with a list of faults, empty when all is well.

Every rule takes a folder, so that the tests can sow a fault in a copy.
"""

import json
import re
from pathlib import Path

from tests.miniprogram.wxml import elements

BUDGET = 300 * 1024
PART_BUDGET = 150 * 1024
LARGEST_ICON = 40 * 1024
# Elements of WeChat's that the harness plays, and words of the template language itself.
ELEMENTS = {
    "view", "text", "button", "input", "textarea", "image", "navigator", "picker", "switch", "scroll-view",
}  # fmt: skip
LANGUAGE = {"block", "template", "import", "include", "slot", "wxs"}
APP_KEYS = {
    "pages", "window", "tabBar", "usingComponents", "style", "darkmode", "themeLocation", "lazyCodeLoading",
    "__usePrivacyCheck__", "requiredPrivateInfos", "permission", "sitemapLocation", "subPackages", "subpackages",
    "preloadRule", "networkTimeout", "debug", "entryPagePath", "resizable",
}  # fmt: skip
PAGE_KEYS = {
    "navigationBarTitleText", "navigationBarBackgroundColor", "navigationBarTextStyle", "backgroundColor",
    "backgroundTextStyle", "enablePullDownRefresh", "onReachBottomDistance", "usingComponents", "disableScroll",
}  # fmt: skip
COMPONENT_KEYS = {"component", "styleIsolation", "usingComponents"}
# What the mini-program and its client may ask of WeChat. Nothing here reads who somebody is, where they are or what is
# on their phone; what would has to be declared in the privacy guide first.
CALLS = {
    "chooseMedia", "cloud", "downloadFile", "getAppBaseInfo", "getNetworkType", "getStorageSync", "getUpdateManager",
    "hideLoading", "login", "makePhoneCall", "navigateBack", "navigateTo", "nextTick", "onAppShow",
    "onNetworkStatusChange", "openDocument", "openLocation", "pageScrollTo", "previewImage", "reLaunch", "redirectTo",
    "removeStorageSync", "removeTabBarBadge", "request", "requestSubscribeMessage", "requirePrivacyAuthorize",
    "scanCode", "setStorageSync", "setTabBarBadge", "shareFileMessage", "showLoading", "showModal",
    "showShareImageMenu", "showToast", "stopPullDownRefresh", "switchTab", "uploadFile",
}  # fmt: skip
# The one page on which somebody gives the number of their phone, by a button of WeChat's own.
GIVES_PHONE = "pages/security/phone.wxml"
# Only for whoever is signed in already, and has agreed to the privacy notice on the way.
AFTER_SIGN_IN = {"pages/wish/confirm", "pages/me/settings"}
# What people open where there is no network: in the snow, in a cellar, on a bus.
WITHOUT_NETWORK = ("pages/activity/roll-call", "pages/claim/mine", "pages/claim/deliver", "pages/me/waiting")
# Whoever uses these has asked; a page of staff is read only afterwards (pages/staff/lib/staff.js).
ASKS_BEFORE = ("beforePersonal()", "Page(staffScreen(")
SIZES = {"small", "body", "title", "big", "hero", "code"}
# Text on what lies below it, as app.wxss names them.
PAIRS = [
    ("text", "paper"), ("text", "card"), ("soft-text", "paper"), ("soft-text", "card"), ("on-brand", "brand"),
    ("brand-text", "card"), ("brand-text", "paper"), ("brand-text", "brand-wash"), ("gold-text", "gold-wash"),
    ("good-text", "good-wash"), ("good-text", "card"), ("calm-text", "calm-wash"), ("soft-text", "line"),
]  # fmt: skip
LEAST_CONTRAST = 4.5


def read(path: Path):
    return json.loads(path.read_text(encoding="utf-8"))


def shipped(folder: Path) -> list[Path]:
    """The files that WeChat's tool would upload."""
    left = read(folder / "project.config.json")["packOptions"]["ignore"]

    def stays(name: str) -> bool:
        return name != "project.config.json" and not any(
            name.startswith(one["value"] + "/") if one["type"] == "folder" else name.endswith(one["value"])
            for one in left
        )

    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in files if stays(path.relative_to(folder).as_posix())]


def of_kind(folder: Path, suffix: str) -> list[Path]:
    return [path for path in shipped(folder) if path.suffix == suffix]


def pages(folder: Path) -> list[str]:
    app = read(folder / "app.json")
    parts = app.get("subPackages", app.get("subpackages", []))
    return app["pages"] + [f"{part['root']}/{page}" for part in parts for page in part["pages"]]


def name_of(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def using(folder: Path, template: Path) -> dict[str, str]:
    own = template.with_suffix(".json")
    return {
        **read(folder / "app.json").get("usingComponents", {}),
        **(read(own).get("usingComponents", {}) if own.exists() else {}),
    }


def unknown_tags(folder: Path):
    faults = []
    for path in of_kind(folder, ".wxml"):
        known = ELEMENTS | LANGUAGE | set(using(folder, path))
        faults += [
            f"{name_of(folder, path)}:{one.line}: <{one.tag}>"
            for one in elements(path)
            if one.tag not in known
        ]
    return faults


def missing_files(folder: Path):
    """Of pages and components; a component that nobody uses is a fault too."""
    wanted = set(pages(folder))
    for path in of_kind(folder, ".wxml"):
        wanted |= {target.lstrip("/") for target in using(folder, path).values()}
    faults = [
        f"{name}{suffix}"
        for name in sorted(wanted)
        for suffix in (".js", ".json", ".wxml", ".wxss")
        if not (folder / f"{name}{suffix}").exists()
    ]
    there = {name_of(folder, path.with_suffix("")) for path in of_kind(folder, ".wxml")}
    faults += [f"{name} is no page and no component" for name in sorted(there - wanted)]
    for path in of_kind(folder, ".wxml"):
        own = read(path.with_suffix(".json")).get("usingComponents", {})
        used = {one.tag for one in elements(path)}
        faults += [
            f"{name_of(folder, path)}: {tag} is declared and not used" for tag in own if tag not in used
        ]
    return faults


def unknown_keys(folder: Path):
    app = read(folder / "app.json")
    faults = [f"app.json: {key}" for key in app if key not in APP_KEYS]
    faults += [f"app.json window: {key}" for key in app["window"] if key not in PAGE_KEYS]
    for path in of_kind(folder, ".json"):
        if not path.with_suffix(".wxml").exists():
            continue
        known = COMPONENT_KEYS if read(path).get("component") else PAGE_KEYS
        faults += [f"{name_of(folder, path)}: {key}" for key in read(path) if key not in known]
    return faults


def tab_bar(folder: Path):
    app = read(folder / "app.json")
    tabs = app["tabBar"]["list"]
    faults = [] if 2 <= len(tabs) <= 5 else [f"{len(tabs)} tabs"]
    for tab in tabs:
        if tab["pagePath"] not in app["pages"]:
            faults.append(f"tab {tab['pagePath']} is no page of the main package")
        for icon in (tab["iconPath"], tab["selectedIconPath"]):
            path = folder / icon
            if not path.exists() or path.stat().st_size > LARGEST_ICON:
                faults.append(f"tab icon {icon}")
    return faults


def missing_handlers(folder: Path, methods: dict[str, list[str]]):
    faults = []
    for path in of_kind(folder, ".wxml"):
        name = name_of(folder, path.with_suffix(""))
        for one in elements(path):
            for attribute, value in one.attributes.items():
                if re.match(r"(capture-)?(bind|catch)", attribute) and value not in methods.get(name, []):
                    faults.append(f"{name}.wxml:{one.line}: {attribute}={value}")
    return faults


def wrong_addresses(folder: Path):
    """Every address of a page that scripts and templates name is one; tabs are switched to, the rest is opened."""
    known = set(pages(folder))
    tabs = {tab["pagePath"] for tab in read(folder / "app.json")["tabBar"]["list"]}
    faults = []
    for path in of_kind(folder, ".js") + of_kind(folder, ".wxml"):
        if "utils/dianliang" in name_of(folder, path):
            continue
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"""['"`]/?(pages/[\w/-]+)""", text):
            if found[1] not in known:
                faults.append(f"{name_of(folder, path)}: {found[1]}")
        for move, page in re.findall(r"wx\.(\w+)\(\{ url: ['\"`]/(pages/[\w/-]+)", text):
            if (page in tabs) != (move in ("switchTab", "reLaunch")) and move != "reLaunch":
                faults.append(f"{name_of(folder, path)}: {move} to {page}")
    return faults


def too_large(folder: Path):
    """The main package, and each part that is loaded when it is opened, has a budget of its own."""
    parts = [part["root"] for part in read(folder / "app.json").get("subPackages", [])]
    sizes = dict.fromkeys(["", *parts], 0)
    for path in shipped(folder):
        name = name_of(folder, path)
        sizes[next((part for part in parts if name.startswith(f"{part}/")), "")] += path.stat().st_size
    budgets = {"": BUDGET, **dict.fromkeys(parts, PART_BUDGET)}
    return [
        f"{part or 'the main package'} has {size} bytes"
        for part, size in sizes.items()
        if size > budgets[part]
    ]


def mixed_packages(folder: Path):
    """A subpackage is loaded when somebody comes there: its pages lie below its root and nowhere else, and what is
    outside of it needs nothing in it. Tabs and what works without a network are in the main package (decision 168)."""
    app = read(folder / "app.json")
    roots = [part["root"] for part in app.get("subPackages", [])]
    faults = [
        f"{page} is in the main package, below a subpackage"
        for page in app["pages"]
        if page.startswith(tuple(f"{root}/" for root in roots))
    ]
    faults += [f"{page} needs no network" for page in WITHOUT_NETWORK if page not in app["pages"]]
    loaded = [one for rule in app.get("preloadRule", {}).values() for one in rule["packages"]]
    faults += [f"preloadRule: {one}" for one in loaded if one not in roots]
    for path in of_kind(folder, ".js") + of_kind(folder, ".json"):
        name = name_of(folder, path)
        if name == "app.json":
            continue
        asked = re.findall(r"""require\('([^']+)'\)""", path.read_text(encoding="utf-8"))
        wanted = [(path.parent / one).resolve().relative_to(folder.resolve()).as_posix() for one in asked]
        if path.suffix == ".json":
            wanted = [one.lstrip("/") for one in read(path).get("usingComponents", {}).values()]
        faults += [
            f"{name} asks for {one}"
            for one in wanted
            for root in roots
            if one.startswith(f"{root}/") and not name.startswith(f"{root}/")
        ]
    return faults


def foreign_calls(folder: Path):
    faults = []
    for path in of_kind(folder, ".js"):
        called = re.findall(r"\b(?:wx|platform)\.([a-zA-Z]\w*)", path.read_text(encoding="utf-8"))
        faults += [f"{name_of(folder, path)}: wx.{one}" for one in called if one not in CALLS]
    for path in of_kind(folder, ".wxml"):
        for one in elements(path):
            kind = one.attributes.get("open-type", "share")
            known = {"share", "{{opentype}}", "{{openType}}"}
            if name_of(folder, path) == GIVES_PHONE:
                known.add("getPhoneNumber")
            if one.tag in ("button", "ui-button") and kind not in known:
                faults.append(f"{name_of(folder, path)}:{one.line}: open-type {kind}")
    return faults


def personal_fields_before_consent(folder: Path):
    """A page that takes what somebody types or a picture first asks WeChat's window and our notice."""
    faults = (
        []
        if read(folder / "app.json").get("__usePrivacyCheck__") is True
        else ["app.json: __usePrivacyCheck__"]
    )
    for name in pages(folder):
        asked = [
            one
            for one in elements(folder / f"{name}.wxml")
            if one.tag in ("input", "textarea", "photo-row", "reason-form", "find-person")
            and one.attributes.get("confirm-type") != "search"
        ]
        script = (folder / f"{name}.js").read_text(encoding="utf-8")
        if asked and name not in AFTER_SIGN_IN and not any(word in script for word in ASKS_BEFORE):
            faults.append(name)
    return faults


def variables(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The colours of app.wxss by day and in the dark."""
    text = re.sub(r"/\*.*?\*/", "", (folder / "app.wxss").read_text(encoding="utf-8"), flags=re.DOTALL)
    light = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", text.split("@media")[0]))
    dark = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", text.split("@media")[1]))
    brand = re.search(r"brand: '(#[0-9a-f]{6})'", (folder / "settings.js").read_text(encoding="utf-8"))[1]
    return {**light, "brand": brand}, {**light, **dark, "brand": brand}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def weak_contrast(folder: Path):
    faults = []
    for mode, colours in zip(("light", "dark"), variables(folder), strict=True):
        for text, ground in PAIRS:
            if contrast(colours[text], colours[ground]) < LEAST_CONTRAST:
                faults.append(f"{mode}: {text} on {ground}")
        theme = read(folder / "theme.json")[mode]
        if contrast(theme["bar"], "#ffffff") < LEAST_CONTRAST:
            faults.append(f"{mode}: white on the navigation bar")
        faults += [
            f"{mode}: {name} on the tab bar"
            for name in ("tab", "tabSelected")
            if contrast(theme[name], theme["card"]) < LEAST_CONTRAST
        ]
        faults += [
            f"{mode}: theme.json and app.wxss differ in {name}"
            for name in ("paper", "card")
            if theme[name] != colours[name]
        ]
    if read(folder / "theme.json")["light"]["bar"] != variables(folder)[0]["brand"]:
        faults.append("theme.json: the bar has not the colour of settings.js")
    return faults


def small_text(folder: Path):
    """No size of text but the named ones, none of them below 32rpx, in the elders' mode 40rpx."""
    faults = []
    sizes = {}
    text = (folder / "app.wxss").read_text(encoding="utf-8")
    for selector, least in ((r"\.look", 32), (r"\.look\.elder", 40)):
        block = re.search(rf"^{selector} \{{(.*?)^\}}", text, re.MULTILINE | re.DOTALL)[1]
        sizes = {name: int(size) for name, size in re.findall(r"--(\w+): (\d+)rpx", block) if name in SIZES}
        faults += [f"{selector}: --{name}" for name in SIZES if sizes.get(name, 0) < least]
    for path in of_kind(folder, ".wxss"):
        for line, said in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = re.search(r"font(?:-size)?:\s*([^;]+);", said)
            if found and not re.fullmatch(rf"var\(--({'|'.join(SIZES)})\)", found[1]):
                faults.append(f"{name_of(folder, path)}:{line}: {found[1]}")
    return faults


def classes(path: Path) -> set[str]:
    text = (
        re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL) if path.exists() else ""
    )
    return set(re.findall(r"\.([a-zA-Z][\w-]*)(?=[\s,.:{>])", text))


def components_in(folder: Path, name: str) -> set[str]:
    """The components that a page shows, and those that they show."""
    path = folder / f"{name}.wxml"
    if not path.exists():
        return set()
    shown = {one.tag for one in elements(path)}
    found = {target.lstrip("/") for tag, target in using(folder, path).items() if tag in shown}
    return found.union(*(components_in(folder, one) for one in found))


def styles_that_leak(folder: Path):
    """What a page says of a class holds in the components on it, too: a class of theirs is no class of the page."""
    faults = []
    for page in pages(folder):
        own = classes(folder / f"{page}.wxss")
        for one in sorted(components_in(folder, page)):
            faults += [
                f"{page}.wxss: .{name} is of {one}" for name in sorted(own & classes(folder / f"{one}.wxss"))
            ]
    return faults


def without_label(folder: Path):
    """Whatever can be pressed or filled in has a name for those who hear the page; pictures, too."""
    faults = []
    for path in of_kind(folder, ".wxml"):
        for one in elements(path):
            named = any(one.attributes.get(key) for key in ("aria-label", "aria-hidden"))
            speaks = one.words() if one.tag in ("button", "navigator") else ""
            wants = ("button", "navigator", "image", "input", "textarea", "picker", "switch")
            if one.tag in wants and not named and not speaks:
                faults.append(f"{name_of(folder, path)}:{one.line}: <{one.tag}> without aria-label")
    return faults


def pressed_by_finger_alone(folder: Path):
    """A view that is tapped is reached by no key: buttons and navigators are."""
    return [
        f"{name_of(folder, path)}:{one.line}: <{one.tag}> with {attribute}"
        for path in of_kind(folder, ".wxml")
        for one in elements(path)
        for attribute in one.attributes
        if re.fullmatch(r"(bind|catch):?tap", attribute) and one.tag != "button"
    ]


def sitemap(folder: Path):
    app = read(folder / "app.json")
    path = folder / app.get("sitemapLocation", "sitemap.json")
    if not path.exists():
        return [f"{path.name} is missing"]
    named = [rule["page"] for rule in read(path)["rules"] if rule["page"] != "*"]
    return [f"{path.name}: {page}" for page in named if page not in pages(folder)]


def not_ready_to_publish(folder: Path):
    """What only a developer sets on their own computer never stays in the folder."""
    text = (folder / "settings.js").read_text(encoding="utf-8")
    faults = [] if re.search(r"simulatedPerson: ''", text) else ["settings.js: simulatedPerson"]
    if read(folder / "project.config.json")["setting"]["urlCheck"] is not True:
        faults.append("project.config.json: urlCheck")
    return faults
