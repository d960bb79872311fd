// Sets ARIA roles of tables: some browsers drop the table semantics when rows become cards on a phone.
(() => {
  const roles = {
    table: "table",
    "thead, tbody": "rowgroup",
    tr: "row",
    td: "cell",
    "th[scope=col]": "columnheader",
    "th[scope=row]": "rowheader",
  };
  const main = document.querySelector("main");
  const name = () => {
    for (const [parts, role] of Object.entries(roles)) {
      for (const part of main.querySelectorAll(`:is(${parts}):not([role])`)) part.setAttribute("role", role);
    }
  };
  new MutationObserver(name).observe(main, { childList: true, subtree: true });
  name();
})();
