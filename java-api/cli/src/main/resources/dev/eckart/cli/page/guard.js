
// Runs before anything else: counts what goes wrong on the page, for data-errors.
(function () {
  var seen = [];
  function note(message) {
    seen.push(String(message));
    document.documentElement.dataset.errors = String(seen.length);
    document.documentElement.dataset.firstError = seen[0].slice(0, 300);
  }
  document.documentElement.dataset.errors = "0";
  window.addEventListener("error", function (event) {
    var source = event.target && event.target.tagName;
    note(event.message || "could not load " + (source || "something"));
  }, true);
  window.addEventListener("unhandledrejection", function (event) { note(event.reason); });
  var error = console.error;
  console.error = function () {
    note(Array.prototype.join.call(arguments, " "));
    error.apply(console, arguments);
  };
})();
