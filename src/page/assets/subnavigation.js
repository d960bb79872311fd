// On a phone the ways of a board are wider than the window: the one where the person is comes into sight.
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
