// Before the first paint: the theme that was chosen on this device, or that an embedding page asks for.
(function () {
  var asked = new URLSearchParams(location.search).get('theme');
  var kept = null;
  try { kept = localStorage.getItem('theme'); } catch (e) { /* storage is closed: follow the system */ }
  var theme = location.pathname.indexOf('/embed/') === 0 ? asked : kept;
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
