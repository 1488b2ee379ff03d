// Filters the table of files. The page is complete without it.
(() => {
  const field = document.getElementById("q");
  const shown = document.getElementById("shown");
  const rows = [...document.querySelectorAll("#decided tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const apply = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, place) => {
      const fits = words.every((word) => texts[place].includes(word));
      row.hidden = !fits;
      count += fits;
    });
    shown.textContent = words.length ? `${count} of ${rows.length} rows` : "";
  };
  field.closest("p").hidden = false;
  field.addEventListener("input", apply);
  // A link can carry what to look for: report.html#q=opted_out
  if (location.hash.startsWith("#q=")) {
    field.value = decodeURIComponent(location.hash.slice(3));
    apply();
    document.getElementById("files").scrollIntoView();
  }
})();
