"use strict";
// The code in the hall. The server says how many seconds a code has left: the screen's own clock may be wrong.
// A broken line changes nothing on the screen but a sentence, until the line is there again.
(function () {
  const STILL_GOOD = 30, LOOK_EVERY = 10, TRY_EVERY = 3, PATIENCE = 8000;
  const hall = document.querySelector("[data-code]");
  const part = (name) => hall.querySelector(`[data-${name}]`);
  let ends = performance.now() + 1000 * Number(hall.dataset.seconds);
  let next = performance.now() + 1000 * LOOK_EVERY;
  let asking = false, broken = false;

  const seconds = () => Math.ceil((ends - performance.now()) / 1000);

  function tell() {
    const left = seconds();
    part("left").textContent = left > 0 ? `${left} 秒后换码` : "正在换码";
    const good = STILL_GOOD + left;
    part("trouble").textContent = !broken ? ""
      : good > 0 ? "网络断了，正在重连。现在的码暂时还能用。"
        : "网络断了，正在重连。现在的码已经失效，请稍等，或改用点名。";
  }

  function show(told) {
    if (part("typed").textContent !== told.code) part("picture").src = told.picture;
    part("typed").textContent = told.code;
    part("came").textContent = told.came;
    part("expected").textContent = told.expected;
    ends = performance.now() + 1000 * told.seconds;
    broken = false;
  }

  async function ask() {
    asking = true;
    try {
      const answer = await fetch(hall.dataset.code, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      // Signed out, or the activity is over: the page itself says which.
      if (answer.redirected || [401, 403, 404, 409].includes(answer.status)) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
      next = performance.now() + 1000 * LOOK_EVERY;
    } catch (_fault) {
      broken = true;
      next = performance.now() + 1000 * TRY_EVERY;
    }
    asking = false;
    tell();
  }

  part("plain").hidden = true;
  part("left").hidden = false;
  tell();
  setInterval(() => {
    tell();
    const now = performance.now();
    if (!asking && (now >= next || (!broken && now >= ends))) ask();
  }, 1000);

  const whole = part("whole");
  if (document.documentElement.requestFullscreen) {
    whole.hidden = false;
    whole.addEventListener("click", () => document.documentElement.requestFullscreen().catch(() => {}));
  }
  // The screen must not go to sleep while people queue before it.
  const wake = () => navigator.wakeLock && document.visibilityState === "visible" && navigator.wakeLock.request("screen").catch(() => {});
  wake();
  document.addEventListener("visibilitychange", wake);
})();
