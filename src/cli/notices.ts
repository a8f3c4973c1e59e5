/** What somebody should know besides the result, on standard error. The texts are printable. */
export const notice = (texts: readonly string[]): void => {
  for (const text of texts) process.stderr.write(`${text}\n`);
};
