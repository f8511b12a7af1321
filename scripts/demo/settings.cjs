// Node-RED's settings for `npm start` and `npm run dev`. Another file can be given: `npm start -- -s settings.js`.
module.exports = {
  flowFile: 'flows.json',
  flowFilePretty: true,
  // Only this machine reaches the editor, because no login is asked for. `npm start -- -D uiHost=0.0.0.0` opens it to all.
  uiHost: '127.0.0.1',
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { palette: { allowInstall: false }, modules: { allowInstall: false } },
  editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
}
