// Scrolls the current entry of the subnavigation into view, which on a phone is wider than the window.
(() => {
  for (const current of document.querySelectorAll(".subnavigation [aria-current]")) {
    const ways = current.closest("nav");
    const show = () => {
      const [all, one] = [ways.getBoundingClientRect(), current.getBoundingClientRect()];
      ways.scrollLeft += one.left + one.width / 2 - (all.left + all.width / 2);
    };
    new ResizeObserver(show).observe(ways);
  }
})();
