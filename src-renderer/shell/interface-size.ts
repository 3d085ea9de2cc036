/** How large the window draws everything: chosen in Settings, or a step at a time by key. */
import { DEFAULT_INTERFACE_SIZE, INTERFACE_SIZES } from '@shared/model/settings';
import type { AppModel } from '../state/app-model';

export async function setInterfaceSize({ backend, live }: AppModel, percent: number): Promise<void> {
  await backend.client.system.setInterfaceSize({ percent });
  live.setState(({ info }) => (info === null ? {} : { info: { ...info, interfaceSize: percent } }));
}

/** To the next size offered in that direction; at the last one it stays. */
export function stepInterfaceSize(model: AppModel, direction: 1 | -1): void {
  const now = model.live.getState().info?.interfaceSize ?? DEFAULT_INTERFACE_SIZE;
  const next = neighbourOf(now, direction);
  if (next !== undefined) {
    void setInterfaceSize(model, next);
  }
}

function neighbourOf(percent: number, direction: 1 | -1): number | undefined {
  return direction === 1
    ? INTERFACE_SIZES.find((size) => size > percent)
    : INTERFACE_SIZES.findLast((size) => size < percent);
}
