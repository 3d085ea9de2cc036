/** Makes the library and measures the store on it; what `gallery.mjs` bundles. */
export { makeLibrary } from './library';
export { measureStore } from './searches';
