/** What the benchmark runs of our own code. */
export { makeLibrary } from './library';
