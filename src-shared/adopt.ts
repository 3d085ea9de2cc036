/** The field of a refusal that taking whole pictures without a record as done would lift. */
export const ADOPT = 'adopt';
