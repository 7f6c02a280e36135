"use strict";
// Keys for people who do this all day, and what time changes on a page. Everything else works without it.
(function () {
  // Nobody reads a page in a quarter of a second: a decision pressed sooner was meant for the page before.
  const UNREAD = 250;
  const root = document.documentElement;
  // Single keys can be switched off on one's own account (WCAG 2.1.4): whoever dictates, or whose hand trembles.
  const off = root.classList.contains("keys_off");
  setTimeout(() => { root.dataset.keys = "ready"; }, UNREAD);

  const find = document.querySelector("[data-find]");
  const help = document.getElementById("help");

  const typing = (node) => node && /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !/^(radio|checkbox)$/.test(node.type);

  function step(by) {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(at + by, 0), rows.length - 1)].focus();
  }

  // Does what stands beside the key; answers whether anything on the page had it.
  function choose(key) {
    const wanted = document.querySelector(`[data-key="${key}"]`);
    if (!wanted) return false;
    if (wanted.tagName !== "SUMMARY") { wanted.click(); return true; }
    const box = wanted.parentElement;
    document.querySelectorAll(".decide details[open]").forEach((one) => { if (one !== box) one.open = false; });
    box.open = true;
    const first = box.querySelector("select, textarea, input:not([type=hidden])");
    (first || wanted).focus();
    return true;
  }

  // A scanner types its digits in a burst and ends with Enter. On a page that expects codes such a burst is
  // one, wherever the focus is, and never a decision: a digit decides only once nothing has followed it.
  const BURST = 120;
  const scanned = document.querySelector("form[data-scan]");
  let burst = "", burstEnds = 0;

  function collect(event) {
    if (event.key === "Enter" && burst.length > 1) {
      event.preventDefault();
      clearTimeout(burstEnds);
      document.getElementById(scanned.dataset.scan).value = burst;
      burst = "";
      return scanned.requestSubmit();
    }
    if (!/^[0-9]$/.test(event.key) || event.repeat) return;
    burst += event.key;
    clearTimeout(burstEnds);
    burstEnds = setTimeout(() => {
      const alone = burst.length === 1 && burst;
      burst = "";
      if (alone && alone !== "0" && root.dataset.keys && !off) choose(alone);
    }, BURST);
  }

  // What a press does, and where: the help of the page is drawn from the same table, so that it says what is so. `single`
  // keys can be switched off, `there` answers whether this page has anything for it.
  const first = () => document.querySelector(".inbox [data-row]");
  const inNothing = () => !document.activeElement || /^(BODY|MAIN)$/.test(document.activeElement.tagName);
  const rows = () => document.querySelector("[data-row]");
  const BINDINGS = [
    { keys: ["?"], says: "这份帮助", single: true, there: () => help, run: openHelp },
    { keys: ["j"], says: "下一条", single: true, there: rows, run: () => step(1) },
    { keys: ["k"], says: "上一条", single: true, there: rows, run: () => step(-1) },
    { keys: ["t"], says: "今日待办", single: true, there: () => find, run: () => { location.href = "/console/"; } },
    { keys: ["/"], says: "搜索", single: true, there: () => find, run: () => { find.focus(); find.select(); } },
    { keys: ["Enter"], says: "打开选中的一条；没有选就打开第一条", there: first, run: null },
    { keys: ["Ctrl", "Enter"], says: "提交正在填的表", there: () => document.querySelector("main form :is(input:not([type=hidden]), select, textarea)"), run: null },
    { keys: ["Esc"], says: "离开输入框，关闭这份帮助", there: () => true, run: null },
  ];

  function openHelp() {
    const list = help.querySelector("[data-keys-here]");
    const here = BINDINGS.filter((one) => one.there() && !(off && one.single)).map((one) => [one.keys, one.says]);
    list.replaceChildren(...[...digits(), ...here].flatMap(([keys, says]) => {
      const names = document.createElement("dt"), words = document.createElement("dd");
      keys.forEach((key, at) => {
        const sign = document.createElement("kbd");
        sign.textContent = { Enter: "回车" }[key] || key;
        names.append(...(at ? ["+", sign] : [sign]));
      });
      words.textContent = says;
      return [names, words];
    }));
    help.showModal();
  }

  // The digits that something on this page bears, with its own words.
  function digits() {
    if (off) return [];
    const bearers = [...document.querySelectorAll("[data-key]")].filter((one) => one.getClientRects().length);
    return bearers.map((one) => {
      const words = one.cloneNode(true);
      words.querySelectorAll("kbd").forEach((sign) => sign.remove());
      return [[one.dataset.key], words.textContent.trim().replace(/\s+/g, " ")];
    }).sort((one, other) => one[0][0] - other[0][0]);
  }

  document.querySelectorAll("[data-help]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", openHelp);
  });

  // A key that is held down repeats. It may be typed only where it was pressed: not into the field that it opened, nor
  // into one of the page that it led to.
  let typed = "";

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    const here = document.activeElement;
    if (!event.repeat) typed = typing(here) ? event.key : "";
    else if (typing(here) && event.key.length === 1 && event.key !== typed) return event.preventDefault();
    // While the help stands open, keys are its own.
    if (help && help.open) return;
    if (event.ctrlKey) {
      if (event.key === "Enter" && here && here.form) { event.preventDefault(); here.form.requestSubmit(); }
      return;
    }
    if (event.key === "Escape" && here) return here.blur();
    if (typing(here)) return;
    if (scanned && /^([0-9]|Enter)$/.test(event.key)) return collect(event);
    if (event.key === "Enter" && first() && !event.repeat && root.dataset.keys && inNothing()) return first().click();
    if (off) return;
    const bound = BINDINGS.find((one) => one.run && one.keys[0] === event.key && one.there());
    // The focus moves while the key goes down: without this the sign would be typed into the field that it opened.
    if (bound) { event.preventDefault(); bound.run(); }
    else if (/^[1-9]$/.test(event.key) && !event.repeat && root.dataset.keys && choose(event.key)) event.preventDefault();
  });

  // A ready-made sentence goes into the field beside it, where it can be changed.
  document.addEventListener("change", (event) => {
    const target = event.target.dataset && event.target.dataset.fills;
    const field = target && document.getElementById(target);
    if (field && event.target.value) { field.value = event.target.value; field.focus(); }
  });

  // A long list is narrowed by what is typed above it, and to what goes with another choice. Places that do not match are
  // taken out, as some browsers show them in spite of `hidden`; what is left says where it lies.
  document.querySelectorAll("[data-narrows]").forEach((box) => {
    const list = document.getElementById(box.dataset.narrows);
    const by = document.getElementById(box.dataset.by || "") || { value: "", addEventListener() {} };
    const [blank, ...all] = [...list.options].map((option) => ({ option, shown: option.textContent }));
    const narrow = () => {
      const wanted = box.value.normalize("NFKC").trim().toLowerCase();
      const fits = ({ option }) => (!by.value || option.dataset.with.split(" ").includes(by.value))
        && option.dataset.path.toLowerCase().includes(wanted);
      const kept = all.filter(fits), chosen = list.value;
      kept.forEach((one) => { one.option.textContent = wanted || by.value ? one.option.dataset.path : one.shown; });
      blank.option.textContent = kept.length ? blank.shown : "没有符合的地方";
      list.replaceChildren(blank.option, ...kept.map((one) => one.option));
      list.value = kept.some((one) => one.option.value === chosen) ? chosen : "";
    };
    box.closest("[data-needs-script]").hidden = false;
    box.addEventListener("input", narrow);
    by.addEventListener("change", narrow);
    narrow();
  });

  // A second press while the first is on its way does nothing. A file comes without a new page, so a form that
  // answers with one may be sent again, for other days or in another shape.
  const FILE_ON_ITS_WAY = 2000;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    if ("file" in form.dataset) setTimeout(() => { delete form.dataset.sent; }, FILE_ON_ITS_WAY);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // Ticks all boxes of a roll at once; who is missing is then unticked.
  document.querySelectorAll("[data-tick-all]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const boxes = [...document.querySelectorAll(`input[type=checkbox][name^="${button.dataset.tickAll}"]`)];
      const all = boxes.some((box) => !box.checked);
      boxes.forEach((box) => { box.checked = all; });
    });
  });

  // On a phone the rows of a table are cards (phone.css), in which each value names its column.
  document.querySelectorAll("main table.table").forEach((table) => {
    const said = (node) => node.nodeType === 3 || (node.classList && node.classList.contains("visually-hidden"));
    const heads = [...(table.tHead ? table.tHead.rows[0].cells : [])].map(
      (head) => [...head.childNodes].filter(said).map((node) => node.textContent.trim()).join(""));
    [...table.tBodies].flatMap((body) => [...body.rows]).forEach((row) => {
      let column = 0;
      for (const cell of row.cells) {
        if (heads[column] && cell.colSpan === 1) cell.dataset.label = heads[column];
        column += cell.colSpan;
      }
    });
  });

  // An import goes on by itself, a step at a time.
  const going = document.querySelector("form[data-auto]");
  if (going) setTimeout(() => going.requestSubmit(), 200);

  const waiting = document.querySelector("[data-poll]");
  if (waiting) {
    const ask = async () => {
      try {
        const told = await (await fetch(waiting.dataset.poll, { cache: "no-store" })).json();
        if (told.standing === "allowed") return waiting.requestSubmit();
        if (told.standing === "over") return location.reload();
      } catch (_fault) { /* the line is down for a moment: ask again */ }
      setTimeout(ask, 2000);
    };
    setTimeout(ask, 1000);
  }
})();
