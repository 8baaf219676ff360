/** The single files start at once and carry no posters. */
export const posterUrl = (): null => null;
