/** Which presets a search finds. Pure. */
import type { Preset } from '@shared/model/studio';

/** Every word occurs in the name, the instruction or a tag; by name. */
export function matchingPresets(presets: readonly Preset[], search: string): readonly Preset[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return presets
    .filter((preset) => {
      const text = [preset.name, preset.instruction, ...preset.tags].join('\n').toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** `a, b` as its parts, each once. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '').slice(0, 20);
}
