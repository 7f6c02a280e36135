"use strict";
// A terminal in a hall: its own keys for digits, and nothing of anybody left on the screen when nobody touches it.
(function () {
  const body = document.body;
  const WARN = 15;
  const AGAIN = 10;
  const away = document.querySelector(".away");
  const asking = document.querySelector(".still-there");

  // --- leaving: the screen is empty first, whatever the line does ------------------------------------
  let leaving = false;
  const leave = async () => {
    leaving = true;
    body.classList.add("wiped");
    document.querySelectorAll("main, header, nav, footer").forEach((part) => part.remove());
    document.title = "自助终端";
    try {
      if ((await fetch(body.dataset.leave, { cache: "no-store", redirect: "follow" })).status < 500) {
        location.replace(body.dataset.home);
        return;
      }
    } catch (_fault) { /* said below, and tried again */ }
    away.hidden = false;
    setTimeout(leave, 1000 * AGAIN);
  };

  const idle = Number(body.dataset.idle);
  const ends = body.dataset.left ? Date.now() + 1000 * Number(body.dataset.left) : Infinity;
  let touched = Date.now();
  const still = () => {
    touched = Date.now();
    asking.hidden = true;
  };
  const look = () => {
    if (leaving) return;
    const left = Math.ceil((touched + 1000 * idle - Date.now()) / 1000);
    if (left <= 0 || Date.now() >= ends) {
      leave();
    } else if (left <= WARN) {
      asking.querySelector("[data-countdown]").textContent = String(left);
      if (asking.hidden) {
        asking.hidden = false;
        asking.querySelector("button").focus();
      }
    }
  };
  if (idle) {
    for (const what of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
      addEventListener(what, still, { passive: true });
    }
    setInterval(look, 500);
  }
  // A page that the browser kept for “back” is asked for anew, and then tells nothing any more.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      body.classList.add("wiped");
      location.reload();
    }
  });

  // --- the keys --------------------------------------------------------------------------------------
  const pad = document.querySelector(".pad");
  if (pad) {
    const fields = [...document.querySelectorAll(".fields input")];
    const NUMBER = Number(document.getElementById("code").maxLength);
    let typing = fields.find((one) => one.autofocus) || fields[0];
    const choose = (field) => {
      typing = field;
      fields.forEach((one) => one.classList.toggle("typing", one === field));
    };
    fields.forEach((one) => {
      // The terminal's own keyboard would cover half of the page.
      one.inputMode = "none";
      one.addEventListener("focus", () => choose(one));
    });
    pad.hidden = false;
    choose(typing);
    pad.addEventListener("click", (event) => {
      const what = event.target.closest("[data-digit]")?.dataset.digit;
      if (!what) return;
      if (what === "clear") typing.value = "";
      else if (what === "back") typing.value = typing.value.slice(0, -1);
      else if (typing.value.length < typing.maxLength) typing.value += what;
      if (typing.id === "code" && typing.value.length === NUMBER) pad.nextElementSibling.focus();
    });
  }

  // Once is enough: a trembling hand presses twice.
  document.querySelectorAll("form").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  });

  if ("serviceWorker" in navigator && body.dataset.worker) {
    navigator.serviceWorker.register(body.dataset.worker, { scope: "/kiosk" }).catch(() => { /* it is a help, no need */ });
  }
})();
