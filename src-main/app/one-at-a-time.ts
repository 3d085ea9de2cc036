/** Two who ask for the same at the same moment are given one answer: it is done once. By the id of what is asked about. */
export interface OneAtATime<Subject, More extends readonly unknown[], Answer> {
  once(this: void, subject: Subject, ...more: More): Promise<Answer>;
  /** What is being done about this one; undefined: nothing. */
  underWay(this: void, id: number): Promise<Answer> | undefined;
  /** All that is being done. */
  all(this: void): readonly Promise<Answer>[];
}

export function oneAtATime<Subject extends { readonly id: number }, More extends readonly unknown[], Answer>(
  act: (subject: Subject, ...more: More) => Promise<Answer>,
): OneAtATime<Subject, More, Answer> {
  const known = new Map<number, Promise<Answer>>();
  return {
    once(subject, ...more) {
      const underWay = known.get(subject.id);
      if (underWay !== undefined) {
        return underWay;
      }
      const begun = act(subject, ...more).finally(() => known.delete(subject.id));
      known.set(subject.id, begun);
      return begun;
    },
    underWay: (id) => known.get(id),
    all: () => [...known.values()],
  };
}
