/** What a drag within the window carries besides files: ids alone. */

/** JSON array of result ids; from gallery tiles, the loupe and review. */
export const DRAGGED_RESULTS = 'application/x-brushfleet-results';
/** JSON array of node ids of the open tree. */
export const DRAGGED_NODES = 'application/x-brushfleet-nodes';
/** JSON array with the place of an input picture that is being moved. */
export const DRAGGED_INPUT = 'application/x-brushfleet-input';

/** Null where the drag carries something else. */
export function draggedIds(data: DataTransfer | null, type: string): readonly number[] | null {
  if (data?.types.includes(type) !== true) {
    return null;
  }
  try {
    const ids: unknown = JSON.parse(data.getData(type));
    return Array.isArray(ids) && ids.every((id) => Number.isSafeInteger(id)) ? ids : null;
  } catch {
    return null;
  }
}

export function putIds(data: DataTransfer, type: string, ids: readonly number[]): void {
  data.setData(type, JSON.stringify(ids));
  data.effectAllowed = 'copyMove';
}
