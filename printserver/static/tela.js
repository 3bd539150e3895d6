// The little that screens do by themselves: live parts rest while nobody looks, a lost server is said, and the focus
// starts on the safe choice. Every page works without it.
(function () {
  "use strict";

  var lost = document.getElementById("sem-contato");

  function live(event) {
    return event.detail.elt instanceof Element && event.detail.elt.hasAttribute("data-vivo");
  }

  // A hidden page asks nothing; it asks at once when it is seen again.
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && live(event)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) return;
    document.querySelectorAll("[data-vivo]").forEach(function (part) {
      window.htmx.trigger(part, "acordar");
    });
  });

  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (name) {
    document.addEventListener(name, function () {
      if (lost) lost.hidden = false;
    });
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.successful && lost) lost.hidden = true;
  });

  // What waits is said once in the title and to screen readers, when its number changes; the bell itself is replaced as a
  // whole, which is not read out.
  var announced = document.getElementById("anuncio");
  var before = document.getElementById("sino") && document.getElementById("sino").dataset.esperam;
  document.addEventListener("htmx:afterSettle", function () {
    var bell = document.getElementById("sino");
    if (!bell || bell.dataset.esperam === before) return;
    before = bell.dataset.esperam;
    document.title = (before === "0" ? "" : "(" + before + ") ") + document.title.replace(/^\(\d+\) /, "");
    if (announced) announced.textContent = before === "0" ? "Nada espera." : "Esperam por alguém: " + before + ".";
  });

  // "/" goes to the search, as on many pages; not while somebody types.
  document.addEventListener("keydown", function (event) {
    var search = document.getElementById("q");
    if (event.key !== "/" || !search || event.target.matches("input, textarea, select") || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  // The list of what is wrong leads to the fields.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-campo]");
    var field = link && document.querySelector('main form [name="' + link.dataset.campo + '"]:not([type=hidden])');
    if (!field) return;
    event.preventDefault();
    field.focus();
  });

  // The person's menu closes when somebody goes on elsewhere.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.pessoa[open], details.ajuda[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    var menu = document.querySelector("details.pessoa[open], details.ajuda[open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // The session is over, and a form has been typed in: the page stays, and says so. Sent, the form comes back after the
  // login as it was typed.
  var out = document.getElementById("sem-sessao");
  function typed() {
    return Array.from(document.querySelectorAll("main form[method=post]")).some(function (form) {
      return Array.from(form.elements).some(function (field) {
        if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
        if (field.tagName === "SELECT") {
          var shown = Array.from(field.options).findIndex(function (each) { return each.defaultSelected; });
          return field.selectedIndex !== Math.max(shown, 0);
        }
        return field.type !== "hidden" && field.defaultValue !== undefined && field.value !== field.defaultValue;
      });
    });
  }
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    if (event.detail.xhr.status !== 401 || !typed()) return;
    event.preventDefault();
    if (out) out.hidden = false;
    comeBack();
  });

  // Two minutes before the session would end for want of use, the page asks; other tabs of the person count as use.
  // A page that was left while it loaded may hold only a part of them.
  function whole(dialog, last) { return dialog && dialog.querySelector(last) ? dialog : null; }
  var idle = whole(document.getElementById("ociosa"), "[data-continuar]");
  var back = whole(document.getElementById("voltar"), "[data-depois]");
  var limit = +document.body.dataset.ociosa * 1000, ask = Math.min(120000, limit / 2);
  var refused = false;  // the person has said "not now": the page only says that the session is over
  function used() {
    try { localStorage.setItem("usada", Date.now()); } catch (blocked) { /* private windows */ }
    lastUse = Date.now();
  }
  function unusedFor() {
    var elsewhere = 0;
    try { elsewhere = +localStorage.getItem("usada") || 0; } catch (blocked) { /* private windows */ }
    return Date.now() - Math.max(lastUse, Math.min(elsewhere, Date.now()));
  }
  var lastUse = Date.now();
  if (idle && limit) {
    used();
    document.addEventListener("htmx:afterRequest", function (event) { if (!live(event)) used(); });
    setInterval(function () {
      var over = unusedFor();
      if (over < limit - ask || over >= limit) { if (idle.open) idle.close(); }
      else if (!idle.open && !(back && back.open)) idle.showModal();
    }, 1000);
    idle.querySelector("[data-continuar]").addEventListener("click", function () {
      idle.close();
      post("/conta/presente", { csrf_token: tokenOfPage() }).then(function (answer) {
        if (answer.ok) used();
      }, function () { if (lost) lost.hidden = false; });
    });
  }

  // The session is over: the person enters again over the page, and the forms of the page get the new token.
  function comeBack() {
    if (back && !back.open && !refused) back.showModal();
  }
  function tokenOfPage() {
    var field = document.querySelector("[name=csrf_token]");
    return field ? field.value : "";
  }
  function post(address, fields) {
    var headers = { Accept: "application/json" };
    return fetch(address, { method: "POST", headers: headers, body: new URLSearchParams(fields), redirect: "manual" });
  }
  function goOn(token) {
    document.querySelectorAll("[name=csrf_token]").forEach(function (field) { field.value = token; });
    back.close();
    if (out) out.hidden = true;
    used();
  }
  if (back) {
    var entry = back.querySelector("[data-voltar]"), wrong = entry.querySelector("[role=alert]"), step = "";
    var password = document.getElementById("senha-voltar"), code = document.getElementById("codigo-voltar");
    var me = entry.querySelector("[data-usuario]").textContent;
    back.querySelector("[data-depois]").addEventListener("click", function () { refused = true; back.close(); });
    entry.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.target.matches("input") && !event.repeat) enter();
    });
    entry.querySelector("[data-entrar]").addEventListener("click", enter);
    function enter() {
      var fields = { usuario: me, senha: password.value, codigo_fator: code.value, passo: step };
      password.value = code.value = "";  // what is typed from here on is the next try
      fetch(entry.dataset.voltar, { headers: { Accept: "application/json" } }).then(function (answer) {
        return answer.json();
      }).then(function (now) {
        if (now.usuario === me) return goOn(now.csrf);  // entered in another tab meanwhile
        fields.csrf_token = now.csrf;
        return post(entry.dataset.voltar, fields).then(function (answer) { return answer.json(); }).then(function (said) {
          step = said.passo || "";
          if (said.csrf) return goOn(said.csrf);
          entry.querySelector("[data-senha]").hidden = !!step;
          entry.querySelector("[data-codigo]").hidden = !step;
          wrong.hidden = !said.erro;
          wrong.textContent = said.erro || "";
          (step ? code : password).focus();
        });
      }).catch(function () {
        wrong.hidden = false;
        wrong.textContent = "Sem contato com o servidor. Tente de novo.";
      });
    }
  }

  // An answer is sent once: a second press of the button, or of a key that is held down, does nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.enviado) event.preventDefault();
    form.dataset.enviado = "sim";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-enviado]").forEach(function (form) {
      delete form.dataset.enviado;
    });
  });
  document.addEventListener("keydown", function (event) {
    // Enter in a field of a form that cannot be undone says nothing: a person presses the button.
    if (event.key === "Enter" && event.target.matches("[data-sem-enter] input")) event.preventDefault();
    if (event.repeat && event.key === "Enter" && event.target.matches("button, a")) event.preventDefault();
  });

  // What came out, page by page: a click on the image of a page goes through its choices, "Parou aqui" marks all pages,
  // and the button says what it will print.
  var sheets = document.querySelector("form[data-folhas]");
  if (sheets) {
    var pages = Array.from(sheets.querySelectorAll("fieldset[data-pagina]"));
    var stopped = sheets.querySelector("[name=parou]");
    var button = sheets.querySelector("[data-registrar]");
    var asWritten = button.textContent;
    var said = function (page) { var one = page.querySelector("[type=radio]:checked"); return one ? one.value : ""; };
    var say = function (page, value) {
      if (page.hasAttribute("data-ja-boa")) return;
      page.querySelectorAll("[type=radio]").forEach(function (each) { each.checked = each.value === value; });
    };
    var ranges = function (numbers) {
      return numbers.reduce(function (runs, n) {
        var last = runs[runs.length - 1];
        if (last && last[1] === n - 1) last[1] = n; else runs.push([n, n]);
        return runs;
      }, []).map(function (run) { return run[0] === run[1] ? run[0] : run[0] + " a " + run[1]; }).join(", ");
    };
    var tell = function () {
      var again = sheets.querySelector("[name=imprimir]");
      var missing = pages.filter(function (page) { return said(page) && said(page) !== "boa"; });
      var all = pages.every(said) || sheets.querySelector("[name=outras]:checked") === null && missing.length > 0;
      if (!all) button.textContent = asWritten;
      else if (!again || !again.checked || !missing.length) button.textContent = "Registrar";
      else button.textContent = "Registrar e imprimir " + ranges(missing.map(function (page) { return +page.dataset.pagina; }));
    };
    var stop = function (page) {
      var jam = +page.dataset.folha;
      pages.forEach(function (each) {
        var sheet = +each.dataset.folha;
        say(each, sheet === jam ? "inutilizada" : sheet < jam ? "boa" : "nao_saiu");
      });
      stopped.value = page.dataset.pagina;
      var reason = sheets.querySelector("#motivo");
      if (!reason.value) reason.value = "Papel atolado";
    };
    pages.forEach(function (page) {
      var picture = page.querySelector(".folha"), here = page.querySelector("[data-parou]");
      picture.classList.add("gira");
      picture.addEventListener("click", function () {
        var order = ["boa", "inutilizada", "nao_saiu"];
        say(page, order[(order.indexOf(said(page)) + 1) % order.length]);
        tell();
      });
      here.hidden = !stopped || page.hasAttribute("data-ja-boa");
      here.addEventListener("click", function () { stop(page); tell(); });
    });
    sheets.addEventListener("change", function (event) {
      if (event.target === stopped && stopped.value) stop(pages[stopped.value - 1]);
      tell();
    });
    tell();
  }

  var first = document.querySelector("[aria-invalid]") || document.querySelector("[data-foco]");
  if (first) first.focus({ preventScroll: !first.hasAttribute("aria-invalid") });
  // What stands in the field is a proposal: the next key, or a scanner, writes over it.
  if (first && first.hasAttribute("data-seleciona")) first.select();

  // The sum of the components of a value, in whole centavos, as they are typed.
  document.querySelectorAll("form[data-soma]").forEach(function (form) {
    var shown = form.querySelector("[data-total]");
    var centavos = function (text) {
      var plain = text.replace(/R\$|\s/g, "");
      var found = /^(\d+)\.(\d{2})$/.exec(plain) || /^(\d{1,3}(?:\.\d{3})+|\d*)(?:,(\d{1,2}))?$/.exec(plain);
      return found ? 100 * (found[1] || "0").replace(/\./g, "") + +((found[2] || "") + "00").slice(0, 2) : NaN;
    };
    var add = function () {
      var sum = 0;
      form.querySelectorAll("[data-parcela]").forEach(function (field) { sum += centavos(field.value); });
      shown.hidden = false;
      shown.textContent = isNaN(sum) ? "Soma: há uma parcela que não é um valor."
        : "Soma: R$ " + (sum / 100).toLocaleString("pt-BR", { minimumFractionDigits: 2 });
    };
    form.addEventListener("input", add);
    add();
  });

  // Copies what stands in a field; where the browser has no clipboard (plain HTTP), the text is marked for Ctrl+C.
  document.querySelectorAll("[data-copiar]").forEach(function (button) {
    var field = document.getElementById(button.dataset.copiar);
    button.hidden = false;
    button.addEventListener("click", function () {
      field.select();
      var done = function () { button.textContent = "Copiado"; };
      if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done);
      else if (document.execCommand("copy")) done();
    });
  });

  document.querySelectorAll("[data-imprimir]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });
})();
