import { part, withDefect } from './defect.ts';

/** Forgets to ask for what comes after the first page. */
export default withDefect('lists-one-page', (driver) => {
  const resources = part(driver, 'resources');
  const listResources = async () => [...(await Array.fromAsync(await resources.listResources()))].slice(0, -1);
  return { resources: { ...resources, listResources } };
});
