"use strict";
// The hall's screen turns its pages by itself. It first asks whether the next page is there: a screen that
// nobody stands at must not end on a browser's fault page when the line is down for a minute.
(function () {
  const wall = document.querySelector("[data-following]");
  const turn = async () => {
    try {
      if ((await fetch(wall.dataset.following, { cache: "no-store" })).ok) {
        location.replace(wall.dataset.following);
        return;
      }
    } catch (_fault) { /* asked again below */ }
    wait();
  };
  const wait = () => setTimeout(turn, 1000 * Number(wall.dataset.seconds));
  wait();
})();
