/** Whether a log is named by a URL; otherwise by the path of a file, or `:memory:`. */
export const isLogUrl = (log: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(log);
