// Light or dark as the person has chosen, before anything is drawn. The choice is made in app/src/browser/theme.rs.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.setAttribute("data-theme", theme);
} catch {
  // Storage is forbidden: the device's preference holds.
}
