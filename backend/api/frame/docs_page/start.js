// What the package leaves out is put right as it draws: names for its lists and fields, the order of headings, the
// system's dark theme.
(function () {
  "use strict";
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function follow() { document.documentElement.classList.toggle("dark-mode", dark.matches); }
  follow();
  dark.addEventListener("change", follow);

  function name(one) {
    if (one.getAttribute("aria-label")) return;
    var row = one.closest("tr[data-param-name]");
    one.setAttribute("aria-label", row ? row.dataset.paramName
      : one.id === "servers" ? "服务器"
      : one.classList.contains("examples-select-element") ? "例子"
      : one.closest(".content-type, .response-controls, .body-param-content-type") ? "内容的类型" : "选项");
  }

  function improve() {
    document.querySelectorAll("select, .swagger-ui textarea, .swagger-ui input").forEach(name);
    // Groups stand right below the title, not two steps below it.
    document.querySelectorAll("h3.opblock-tag:not([aria-level])").forEach(function (one) {
      one.setAttribute("role", "heading");
      one.setAttribute("aria-level", "2");
    });
    document.querySelectorAll("#docs h4:not([aria-level])").forEach(function (one) {
      one.setAttribute("role", "heading");
      one.setAttribute("aria-level", "3");
    });
    document.querySelectorAll(".information-container, .scheme-container").forEach(function (one, number) {
      one.setAttribute("role", "region");
      one.setAttribute("aria-label", number ? "服务器和凭证" : "关于这份文档");
    });
    document.querySelectorAll(".responses-table[role=region]:not([aria-label])").forEach(function (one) {
      var path = one.closest(".opblock").querySelector("[data-path]");
      one.setAttribute("aria-label", "回答 " + (path ? path.dataset.path : one.id));
    });
    // A long answer scrolls: by keys, too.
    document.querySelectorAll(".microlight:not([tabindex])").forEach(function (one) { one.tabIndex = 0; });
  }

  addEventListener("load", function () {
    new MutationObserver(improve).observe(document.getElementById("docs"), { childList: true, subtree: true });
    SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", docExpansion: "list", validatorUrl: null });
  });
})();
