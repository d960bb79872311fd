// Reload of a page after the event "outdated": the only place where a page loads itself again. At most once a minute,
// so that no cause can make a loop of it, and not while the user is filling in a form.
(() => {
  const interval = 60_000;
  const isFirstVisit = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  let waiting;
  const reload = () => {
    waiting = undefined;
    if (!document.querySelector("form:focus-within")) location.reload();
  };
  document.addEventListener("outdated", () => {
    // `performance.now()` is the age of the page.
    waiting ??= setTimeout(reload, isFirstVisit ? 0 : Math.max(0, interval - performance.now()));
  });
})();
