"""A page as a phone shows it: nothing scrolls sideways, no cell is too narrow to read, the menu is folded."""

PHONE = {"width": 390, "height": 844}
# Of the font of the cell; a narrower one has one sign a line.
SIGNS = 4
MEASURED = """(signs) => {
  const told = [], height = innerHeight;
  const wide = (box) => box.scrollWidth > box.clientWidth + 1;
  if (wide(document.scrollingElement)) told.push(["page", document.scrollingElement.scrollWidth]);
  document.querySelectorAll("main, main .card-box, main .broad").forEach((box) => {
    if (wide(box)) told.push([box.className || box.tagName, box.scrollWidth, box.clientWidth]);
  });
  document.querySelectorAll("main td, main th").forEach((cell) => {
    const style = getComputedStyle(cell);
    if (!cell.getClientRects().length || !cell.textContent.trim() || cell.closest("thead")) return;
    const inside = cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (inside < signs * parseFloat(style.fontSize)) told.push(["cell", cell.textContent.trim().slice(0, 20), inside]);
  });
  const head = document.querySelector("main h1");
  const top = head ? head.getBoundingClientRect().top + scrollY : 0;
  // Of a page that is itself a code to scan the code comes first.
  const first = document.querySelector("main .hall-code") ? 0 : top;
  if (first > height / 3) told.push(["first content", first]);
  const menu = document.querySelector("header nav");
  if (menu && menu.getClientRects().length) told.push(["menu", "stands open"]);
  return told;
}"""


def faults_on_a_phone(page):
    """What of this page cannot be read at 390 px; the page keeps its size."""
    before = page.viewport_size
    page.set_viewport_size(PHONE)
    told = page.evaluate(MEASURED, SIGNS)
    page.set_viewport_size(before)
    return told
