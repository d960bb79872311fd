// Saves the way from a cell to the form: a click selects, Enter or a double click edits, the arrows move.
const bar = document.getElementById("bar");
const { range, value } = bar.elements;

function select(cell) {
  document.querySelectorAll(".selected").forEach((other) => other.classList.remove("selected"));
  cell.classList.add("selected");
  range.value = cell.id;
  value.value = cell.dataset.typed ?? cell.textContent;
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.querySelector("table").addEventListener("click", (event) => {
  const cell = event.target.closest("td");
  if (cell) select(cell);
});

document.querySelector("table").addEventListener("dblclick", () => value.select());

document.addEventListener("keydown", (event) => {
  const cell = document.getElementById(range.value.toUpperCase());
  if (!cell || event.target.closest("input, button, a")) return;
  const row = cell.parentElement;
  const beside = (other) => other?.children[cell.cellIndex];
  const next = {
    ArrowLeft: cell.previousElementSibling,
    ArrowRight: cell.nextElementSibling,
    ArrowUp: beside(row.previousElementSibling),
    ArrowDown: beside(row.nextElementSibling),
  }[event.key];
  if (event.key === "Enter") value.select();
  else if (next?.matches("td")) select(next);
  else return;
  event.preventDefault();
});

const chosen = document.querySelector(".selected");
if (chosen) chosen.scrollIntoView({ block: "center", inline: "nearest" });
