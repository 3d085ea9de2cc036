/** `brushfleet text|structured|story`: a run in the library, and its answers in one file. */
import type { FoundFleet } from '../../fleet-env/fleet-from-env';
import { runFleet } from '../run-fleet';
import { type MainOptions, readSurroundings, refuse, withEngine } from '../surroundings';
import { planText } from './plan-text';
import { placesOf, readTextFiles } from './text-files';
import type { TextCliRequest } from './text-request';

/** `onFleet` hears of the environment's keys before anything can tell of them. Resolves with the exit code. */
export async function runText(
  options: MainOptions,
  request: TextCliRequest,
  onFleet: (fleet: FoundFleet) => void,
): Promise<number> {
  const { cwd } = options;
  const surroundings = await readSurroundings(options, request);
  if (surroundings.kind === 'refused') {
    return refuse(options, surroundings.sentence);
  }
  const read = await readTextFiles(request, cwd);
  if (read.kind === 'refused') {
    return refuse(options, read.sentence);
  }
  const { env, logLevel } = surroundings;
  const fleet = runFleet({ provider: request.provider, env, flags: request.fleetFlags });
  if (fleet.kind === 'refused') {
    return refuse(options, fleet.sentence);
  }
  if (fleet.kind === 'ok') {
    onFleet(fleet);
  }
  const today = new Date(options.clock.wallNow()).toISOString().slice(0, 10);
  const { isPrinted, remove, ...places } = await placesOf(request, cwd);
  const { files } = read;
  let isKept = false;
  const answers = {
    file: places.answersFile,
    isPrinted,
    onUnprinted() {
      isKept = true;
    },
  };
  try {
    return await withEngine(
      options,
      { env, logLevel, json: request.json, check: request.check, fleet, answers },
      (engine) => planText({ request, files, places, fleet, models: engine.models(), cwd, today }),
    );
  } finally {
    if (!isKept) {
      await remove();
    }
  }
}
