// Adds buttons that copy the address of the page and print it.
(() => {
  const field = document.querySelector("[data-share]");
  const ways = document.querySelector("[data-share-ways]");
  const told = document.getElementById("share-told");
  if (!field || !ways) return;

  field.value = new URL(field.value, location.href).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = "Copied.";
    } catch {
      field.select();
      told.textContent = "Press Ctrl+C or ⌘C to copy.";
    }
  };
  ways.append(quietButton(["Copy the link"], copy), " ", quietButton(["Print"], () => print()), " ");
})();
