/**
 * Property tests draw the same cases everywhere, so that a check which passes here passes on every machine.
 * `PROPERTY_SEED=random npx vitest run property` searches elsewhere; a counterexample it finds becomes an `examples` entry.
 */
import fc from 'fast-check';

const given = process.env['PROPERTY_SEED'];
if (given !== 'random') {
  fc.configureGlobal({ seed: given === undefined ? 20_261_121 : Number(given) });
}
