// Before the first paint: the theme that was chosen on this device, or that an embedding page asks for; and the first
// questions to the server, which need not wait for the program that reads their answers (api/client.ts takes them).
(function () {
  var embedded = location.pathname.indexOf('/embed/') === 0;
  var theme = null;
  try {
    theme = localStorage.getItem('theme');
  } catch {
    /* storage is closed: follow the system */
  }
  if (embedded) theme = new URLSearchParams(location.search).get('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

  var early = {};
  function ask(path) {
    early[path] = fetch(path, { headers: { Accept: 'application/json' } });
    early[path].catch(function () {
      /* told where the answer is taken */
    });
  }
  ask('/api/v1/site');
  var name = { '/crime': 'crime', '/outcomes': 'outcomes', '/stops': 'stops', '/calls': 'calls' }[location.pathname];
  if (name) ask('/api/v1/dashboards/' + name);
  if (name && !location.search) ask('/api/v1/dashboards/' + name + '/answers');
  window.early = early;
})();
