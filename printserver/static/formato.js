// The editor of a format: the page is drawn again after each change; the seal block and the margins are moved over it by
// pointer or by arrow keys, and their fields follow. The server draws, and says what is wrong; without this script the
// button under the page does the same.
(function () {
  "use strict";

  var form = document.querySelector("form[data-formato]"), sheet = document.getElementById("folha-viva");
  if (!form || !sheet) return;
  var image = sheet.querySelector("img"), block = document.getElementById("bloco-movel");
  var wrong = document.getElementById("folha-errada"), place = document.getElementById("lugar-do-bloco");
  var side = document.getElementById("folha"), large = document.getElementById("grande");
  var state = JSON.parse(sheet.dataset.estado);
  document.querySelectorAll("[data-ver]").forEach(function (button) { button.hidden = true; });

  // -- fields: numbers are written with a comma, and have one decimal -------------------------------------------------
  function field(name) { return form.elements["f." + name]; }
  function text(name) { var found = field(name); return found ? found.value : ""; }
  function number(name) { return parseFloat(text(name).replace(",", ".")); }
  function comma(mm) { return mm.toFixed(1).replace(".", ","); }
  function put(name, mm) { var found = field(name); if (found) found.value = comma(mm); }
  function within(value, low, high) { return Math.round(Math.min(Math.max(value, low), Math.max(low, high)) * 10) / 10; }

  // -- the block: where its fields put it on the page that is shown ---------------------------------------------------
  function fixed() { return text("bloco.onde") && text("bloco.onde") !== "fim"; }
  function turned() { return text("bloco.rotacao") === "90" || text("bloco.rotacao") === "270"; }
  function size() {
    var width = number("bloco.largura"), height = number("bloco.altura");
    return turned() ? [height, width] : [width, height];
  }
  function rectangle() {
    if (!fixed()) return state.bloco && [state.bloco.x, state.bloco.y, state.bloco.largura, state.bloco.altura];
    var corner = text("bloco.canto"), s = size(), x = number("bloco.x"), y = number("bloco.y");
    if (!corner || !state.bloco || [s[0], s[1], x, y].some(isNaN)) return null;
    var left = corner.indexOf("direito") > 0 ? state.largura - x - s[0] : x;
    if (state.espelhada) left = state.largura - left - s[0];
    return [left, corner.indexOf("inferior") === 0 ? state.altura - y - s[1] : y, s[0], s[1]];
  }
  function putBlock(left, top) {
    var corner = text("bloco.canto"), s = size();
    left = within(left, 0, state.largura - s[0]);
    top = within(top, 0, state.altura - s[1]);
    if (state.espelhada) left = state.largura - left - s[0];
    put("bloco.x", corner.indexOf("direito") > 0 ? state.largura - left - s[0] : left);
    put("bloco.y", corner.indexOf("inferior") === 0 ? state.altura - top - s[1] : top);
    show();
    tell("Bloco do selo a " + comma(rectangle()[0]) + " mm da esquerda e " + comma(top) + " mm de cima.");
    redraw();
  }

  // A block that is given a fixed place begins where it stands.
  function fix() {
    var box = state.bloco;
    if (!fixed() || !box) return;
    if (!text("bloco.canto")) field("bloco.canto").value = "inferior-esquerdo";
    if (text("bloco.largura") === "") put("bloco.largura", box.largura);
    if (text("bloco.altura") === "") put("bloco.altura", Math.ceil(box.altura * 10) / 10);
    if (text("bloco.x") === "") put("bloco.x", box.x);
    if (text("bloco.y") === "") put("bloco.y", Math.max(0, state.altura - box.y - box.altura));
  }

  // -- the margins ----------------------------------------------------------------------------------------------------
  var margins = Array.from(sheet.querySelectorAll("[data-margem]"));
  function shownSide(name) {
    if (!state.espelhada) return name;
    return { esquerda: "direita", direita: "esquerda" }[name] || name;
  }
  function putMargin(handle, mm) {
    var name = "margens." + handle.dataset.margem;
    put(name, within(mm, 0, +handle.getAttribute("aria-valuemax")));
    show();
    redraw();
  }

  // -- what is shown over the image -----------------------------------------------------------------------------------
  function at(element, x, y, width, height) {
    element.style.left = 100 * x / state.largura + "%";
    element.style.top = 100 * y / state.altura + "%";
    element.style.width = 100 * width / state.largura + "%";
    element.style.height = 100 * height / state.altura + "%";
  }
  function show() {
    if (!block) return;
    var box = rectangle();
    block.hidden = !box;
    block.classList.toggle("preso", !fixed());
    if (box) {
      at(block, box[0], box[1], box[2], box[3]);
      block.setAttribute("aria-label", fixed()
        ? "Bloco do selo, a " + comma(box[0]) + " mm da esquerda e " + comma(box[1]) + " mm de cima"
        : "Bloco do selo, no fim do texto: para o mover, escolha um lugar fixo em Lugar do bloco");
    }
    margins.forEach(function (handle) {
      var mm = number("margens." + handle.dataset.margem), on = shownSide(handle.dataset.margem);
      var line = sheet.querySelector("[data-linha=" + handle.dataset.margem + "]");
      handle.hidden = line.hidden = isNaN(mm);
      if (handle.hidden) return;
      handle.setAttribute("aria-valuenow", mm);
      handle.setAttribute("aria-valuetext", comma(mm) + " mm");
      var x = { esquerda: mm, direita: state.largura - mm }[on], y = { superior: mm, inferior: state.altura - mm }[on];
      at(line, x || 0, y || 0, x === undefined ? state.largura : 0, y === undefined ? state.altura : 0);
      handle.style.left = x === undefined ? "50%" : 100 * x / state.largura + "%";
      handle.style.top = y === undefined ? "50%" : 100 * y / state.altura + "%";
    });
  }
  function tell(words) { if (place) place.textContent = words; }

  function stays() { tell("O bloco segue o texto. Para o mover, escolha um lugar fixo em Lugar do bloco."); }

  // -- pointer and keys -----------------------------------------------------------------------------------------------
  function move(element, from) {
    var scale = state.largura / sheet.getBoundingClientRect().width;
    element.addEventListener("pointerdown", function (event) {
      var start = from(), x = event.clientX, y = event.clientY;
      if (!start) stays();
      if (!start || event.button) return;
      event.preventDefault();
      element.focus();
      element.setPointerCapture(event.pointerId);
      scale = state.largura / sheet.getBoundingClientRect().width;
      var go = function (moved) { start((moved.clientX - x) * scale, (moved.clientY - y) * scale); };
      var end = function () {
        element.removeEventListener("pointermove", go);
        element.removeEventListener("pointerup", end);
        element.removeEventListener("pointercancel", end);
      };
      element.addEventListener("pointermove", go);
      element.addEventListener("pointerup", end);
      element.addEventListener("pointercancel", end);
    });
    element.addEventListener("keydown", function (event) {
      var step = event.shiftKey ? 1 : 0.1, start = from();
      var by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      if (start) start(by[0], by[1]);
      else stays();
    });
  }
  if (block) move(block, function () {
    var box = fixed() && rectangle();
    return box && function (dx, dy) { putBlock(box[0] + dx, box[1] + dy); };
  });
  margins.forEach(function (handle) {
    move(handle, function () {
      var on = shownSide(handle.dataset.margem), mm = number("margens." + handle.dataset.margem);
      if (isNaN(mm)) return null;
      return function (dx, dy) {
        putMargin(handle, mm + { superior: dy, inferior: -dy, esquerda: dx, direita: -dx }[on]);
      };
    });
  });
  form.addEventListener("keydown", function (event) {
    var step = event.target.dataset && +event.target.dataset.passo;
    if (!step || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    var value = parseFloat(event.target.value.replace(",", "."));
    if (isNaN(value)) return;
    event.preventDefault();
    value = Math.max(0, value + (event.key === "ArrowUp" ? 1 : -1) * step * (event.shiftKey ? 10 : 1));
    event.target.value = String(Math.round(value * 100) / 100).replace(".", ",");
    changed(event.target);
  });

  // -- drawn again ----------------------------------------------------------------------------------------------------
  var timer = null, asked = null, missing = document.getElementById("sem-sessao");
  function redraw() {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
    form.dataset.desenho = "espera";
  }
  function ask() {
    if (asked) asked.abort();
    asked = new AbortController();
    var mine = asked;
    fetch(form.dataset.formato, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: mine.signal })
      .then(function (answer) {
        if (answer.status === 401 && missing) missing.hidden = false;
        return answer.ok ? answer.json() : { estado: null, erros: {}, avisos: ["A página não pôde ser desenhada."] };
      })
      .then(answered)
      .catch(function (error) { if (error.name !== "AbortError") form.dataset.desenho = "falhou"; });
  }
  function answered(found) {
    document.querySelectorAll("[data-de-agora]").forEach(function (each) { each.remove(); });
    form.querySelectorAll("[aria-invalid]").forEach(function (each) {
      each.removeAttribute("aria-invalid");
      each.removeAttribute("aria-describedby");
    });
    form.querySelectorAll(".erro-campo").forEach(function (each) { each.remove(); });
    Object.keys(found.erros).forEach(function (name) { mark(name, found.erros[name]); });
    var all = found.avisos.concat(Object.keys(found.erros).map(function (name) { return found.erros[name]; }));
    wrong.hidden = !all.length;
    wrong.textContent = all.length ? "Assim não se imprime; a página é a de antes. " + all.join(" ") : "";
    if (!found.estado) {
      form.dataset.desenho = "errado";
      return;
    }
    state = found.estado;
    var next = new Image();
    next.onload = function () {
      image.src = next.src;
      image.alt = "Página " + state.lado + " de " + state.lados + " como sai impressa, com dados de exemplo";
      form.dataset.desenho = state.sha256;
    };
    next.src = state.imagem;
    large.href = state.grande;
    pages();
    show();
  }
  function mark(name, message) {
    var input = form.elements[name];
    if (!input) return;
    if (!input.setAttribute) input = input[0];
    var said = document.createElement("p");
    said.className = "erro-campo";
    said.id = "erro-" + name;
    said.textContent = message;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", said.id);
    (input.closest("fieldset.largo, .campos > div, form > div") || input.parentNode).appendChild(said);
    var group = input.closest("details");
    if (group) group.open = true;
  }
  function pages() {
    if (side.options.length !== state.lados) {
      side.replaceChildren();
      for (var n = 1; n <= state.lados; n += 1) side.add(new Option(n + " de " + state.lados, n));
    }
    side.value = state.lado;
  }
  function changed(input) {
    if (input.name === "f.bloco.onde") fix();
    show();
    if (input.name !== "motivo") redraw();
  }
  form.addEventListener("input", function (event) { changed(event.target); });
  side.addEventListener("change", redraw);

  form.dataset.desenho = state.sha256;
  show();
})();
