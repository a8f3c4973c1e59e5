export const BACKEND = 'store';
