/** What `npm start` decides before it does anything: pure, so that it can be tested. */

export function hasDisplay(platform, env) {
  return platform !== 'linux' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

/** The arguments of the window's process. What the user added comes last and so wins. */
export function windowArguments({ rootDir, isRoot, isTestRuntime, env, extra }) {
  // Newer versions of Electron find Wayland by themselves.
  const isWaylandOnly = isTestRuntime && !env.DISPLAY && Boolean(env.WAYLAND_DISPLAY);
  return [
    // Chromium refuses to start as root with its sandbox on.
    ...(isRoot ? ['--no-sandbox'] : []),
    ...(isWaylandOnly ? ['--ozone-platform=wayland'] : []),
    rootDir,
    ...extra,
  ];
}

export function pictureCount(names) {
  return names.filter((name) => /\.(png|jpe?g|webp)$/i.test(name)).length;
}
