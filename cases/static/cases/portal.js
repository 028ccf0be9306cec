// Keyboard: "/" goes to the search, "g" then "o" to Opgaver. Boxes: data-all ticks every box of its table.
(() => {
  let waitsForTarget = false;
  const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const search = document.getElementById("find");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "o" && waitsForTarget) {
      const tasks = document.querySelector('a[href$="/opgaver/"]');
      if (tasks) window.location.assign(tasks.href);
    }
    waitsForTarget = event.key === "g";
  });

  // An amount or hours typed beside "Som indberettet" is a correction.
  document.addEventListener("input", (event) => {
    const choice = event.target.matches("input.amount, input.hours") && event.target.closest(".live")?.querySelector("select[name$=-action]");
    if (choice && choice.value === "") choice.value = "correct";
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      const boxes = event.target.closest("table").querySelectorAll("tbody input[type=checkbox]");
      boxes.forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  // A table wider than its box can be scrolled by keyboard, and only then is the box a stop for Tab.
  const markScrollable = () => document.querySelectorAll(".scroll").forEach((box) => {
    const name = box.querySelector("caption")?.textContent.trim();
    if (box.scrollWidth > box.clientWidth && name) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", name);
    } else {
      ["tabindex", "role", "aria-label"].forEach((attribute) => box.removeAttribute(attribute));
    }
  });
  markScrollable();
  window.addEventListener("resize", markScrollable);
  document.addEventListener("toggle", markScrollable, true);
  document.addEventListener("htmx:afterSettle", markScrollable);

  // What was typed in the workbench is not left behind by mistake.
  let changed = false;
  const watched = document.querySelector("form[data-guard]");
  if (watched) {
    watched.addEventListener("input", () => { changed = true; });
    watched.addEventListener("submit", () => { changed = false; });
    window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  }
})();
