// Keyboard: "/" search, "g o" Opgaver, "g a" Adviser, "j"/"k" next and previous row, "o" open it, "x" tick it,
// "n" note, "a" accept (the first press goes to the button and shows what it does; the second presses it).
// Boxes: data-all ticks every box of its table.
(() => {
  let waitsForTarget = false;
  let row = -1;
  const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

  const goTo = (end) => {
    const tasks = document.querySelector('nav a[href$="/opgaver/"]');
    if (tasks) window.location.assign(tasks.href.replace(/\/opgaver\/$/, end));
  };
  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    all.forEach((one) => one.classList.remove("chosen-row"));
    row = Math.min(Math.max(row + step, 0), all.length - 1);
    all[row].classList.add("chosen-row");
    all[row].scrollIntoView({ block: "nearest" });
    all[row].querySelector("a[href]")?.focus({ preventScroll: true });
  };
  const accept = () => {
    const button = document.querySelector("button[data-accept]");
    if (!button) return;
    if (document.activeElement === button) {
      button.click();
      return;
    }
    button.scrollIntoView({ block: "nearest" });
    button.focus();
    if (!document.getElementById("accept-help")) {
      const help = document.createElement("span");
      help.id = "accept-help";
      help.className = "notice warn";
      help.setAttribute("role", "status");
      help.textContent = `Tryk a igen: ${button.textContent.trim()}`;
      button.before(help);
    }
  };
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => rows()[row]?.querySelector("a[data-open], a[href]")?.click(),
    x: () => rows()[row]?.querySelector("input[type=checkbox]")?.click(),
    n: () => document.getElementById("note")?.focus(),
    a: accept,
    "/": () => document.getElementById("find")?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const targets = { o: "/opgaver/", a: "/adviser/" };
    if (waitsForTarget && targets[event.key]) goTo(targets[event.key]);
    else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
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

  // On a narrow screen a table wider than its box becomes a card a row, each cell with the name of its column.
  // The roles are said again, for a table that is not laid out as one is none to a screen reader.
  const narrow = window.matchMedia("(max-width: 700px)");
  const nameCells = (table) => {
    const heads = [...(table.tHead?.rows[table.tHead.rows.length - 1].cells || [])];
    table.setAttribute("role", "table");
    table.querySelectorAll("thead, tbody").forEach((part) => part.setAttribute("role", "rowgroup"));
    heads.forEach((head) => head.setAttribute("role", "columnheader"));
    table.querySelectorAll("tr").forEach((line) => line.setAttribute("role", "row"));
    [...table.tBodies].flatMap((body) => [...body.rows]).forEach((line) => {
      let column = 0;
      [...line.cells].forEach((cell) => {
        cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
        const head = (heads[column]?.querySelector(".text") || heads[column])?.textContent.trim().replace(/\s+/g, " ");
        const hidden = cell.querySelector(".visually-hidden:only-child")?.textContent.trim();
        if (head && cell.colSpan === 1 && (!hidden || hidden !== cell.textContent.trim())) cell.dataset.label = head;
        if (!cell.textContent.trim() && !cell.childElementCount) cell.dataset.blank = "";
        column += cell.colSpan;
      });
    });
  };
  const foldTables = () => document.querySelectorAll(".scroll > table, .results > table").forEach((table) => {
    if (!table.tHead) return;
    table.classList.remove("cards");
    if (!narrow.matches || table.scrollWidth <= table.parentElement.clientWidth) return;
    nameCells(table);
    table.classList.add("cards");
  });

  // A table wider than its box can be scrolled by keyboard, and only then is the box a stop for Tab.
  const markScrollable = () => foldTables() || document.querySelectorAll(".scroll, .sheet").forEach((box) => {
    const name = box.querySelector("caption, h1, h2")?.textContent.trim();
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

  // The admin's tables of parts leave their first column without a name.
  document.querySelectorAll("th.original:empty").forEach((head) => {
    const name = document.createElement("span");
    name.className = "visually-hidden";
    name.textContent = "Række";
    head.append(name);
  });

  // A browser names its file button in its own language; ours lies under it, and the field takes the clicks.
  document.querySelectorAll("input[type=file]").forEach((field) => {
    const box = document.createElement("span");
    const shown = document.createElement("span");
    const name = document.createElement("span");
    const tell = () => { name.textContent = field.files[0]?.name || "Ingen fil valgt"; };
    [box.className, shown.className, shown.textContent] = ["file", "button", "Vælg fil"];
    [shown, name].forEach((one) => one.setAttribute("aria-hidden", "true"));
    field.before(box);
    box.append(field, shown, name);
    field.addEventListener("change", tell);
    tell();
  });

  // A browser checks in its own language: the server does it, in Danish at the field, and the focus goes to the first.
  document.querySelectorAll("form").forEach((form) => { form.noValidate = true; });
  window.addEventListener("load", () => {
    const wrong = document.querySelector("[aria-invalid=true]:not([type=hidden])");
    for (let part = wrong?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    wrong?.focus();
  });

  // On a narrow screen the menu unfolds; Escape folds it and gives the focus back.
  const menuButton = document.querySelector(".menu-button");
  const unfold = (open) => menuButton.setAttribute("aria-expanded", String(open));
  menuButton?.addEventListener("click", () => unfold(menuButton.getAttribute("aria-expanded") !== "true"));
  menuButton?.closest("header").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || menuButton.getAttribute("aria-expanded") !== "true") return;
    unfold(false);
    menuButton.focus();
  });

  // What was typed in the workbench is not left behind by mistake.
  let changed = false;
  const watched = document.querySelector("form[data-guard]");
  if (watched) {
    watched.addEventListener("input", () => { changed = true; });
    watched.addEventListener("submit", () => { changed = false; });
    window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  }
})();
