/**
 * Flags of earlier command lines that steer what is not here. Scripts that carry them go on working: each is accepted
 * and its reason is told once.
 */
export interface ExplainedFlag {
  readonly flag: string;
  readonly takesValue: boolean;
  readonly reason: string;
}

const LOCAL = 'it steers models on this machine, and Brushfleet sends to providers';
const SAMPLING = 'the image APIs have no such parameter';

function explained(reason: string, takesValue: boolean, names: readonly string[]): readonly ExplainedFlag[] {
  return names.map((name) => ({ flag: `--${name}`, takesValue, reason }));
}

export const EXPLAINED_FLAGS: readonly ExplainedFlag[] = [
  ...explained(LOCAL, true, [
    'device',
    'num_gpus',
    'model_type',
    'torch_dtype',
    'optimize',
    'attention_backend',
    'cache_type',
  ]),
  ...explained(LOCAL, false, [
    'enable_compile',
    'enable_cpu_offload',
    'enable_vae_slicing',
    'enable_vae_tiling',
  ]),
  ...explained(SAMPLING, true, [
    'seed',
    'num_inference_steps',
    'guidance_scale',
    'true_cfg_scale',
    'negative_prompt',
  ]),
  ...explained('rows are never batched: --max_global_workers says how many requests are in flight', true, [
    'batch_size',
  ]),
  ...explained('retries of requests are set by --api_max_retries', true, ['max_retries']),
  ...explained('instructions are sent as they are written', true, ['prompt_enhance_type']),
  ...explained('the log is kept in the library folder, BRUSHFLEET_HOME', true, ['log_dir']),
  ...explained('it numbers one of several machines', true, ['node_rank']),
];

/** One sentence for all of them together, or none. */
export function ignoredNote(flags: readonly string[]): string | null {
  const used = EXPLAINED_FLAGS.filter(({ flag }) => flags.includes(flag));
  const reasons = [...new Set(used.map(({ reason }) => reason))].map((reason) => {
    const names = used.filter((one) => one.reason === reason).map((one) => one.flag);
    return `${names.join(', ')} (${reason})`;
  });
  return reasons.length === 0 ? null : `Ignored: ${reasons.join('; ')}.`;
}
