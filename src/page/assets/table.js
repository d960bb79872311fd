// A row is laid out anew on a phone, and some browsers then forget that a table is one; so its parts carry their roles.
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
