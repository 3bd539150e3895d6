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
  });

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

  var first = document.querySelector("[aria-invalid]") || document.querySelector("[data-foco]");
  if (first) first.focus({ preventScroll: !first.hasAttribute("aria-invalid") });
  // What stands in the field is a proposal: the next key, or a scanner, writes over it.
  if (first && first.hasAttribute("data-seleciona")) first.select();

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
