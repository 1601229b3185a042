import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HubClient } from './hub-client.ts';
import { type LocalSkill, readSkills } from './skill-folder.ts';

const HELP = `Publishes the skills of this repository to a running hub. What the hub has already stays untouched.

  npm run seed-skills -- [options]

  --url <url>        the hub ($VERS_INFRA_URL, else http://localhost:$PORT, else port 3000)
  --token <token>    its bearer token ($VERS_AUTH_TOKEN)
  --folder <folder>  the skills (skills/ of this repository)
  --help

Ends with 0 when the hub has all of them, else with 1. It can be repeated at any time.
`;
const PUBLISHER = 'seed-skills';

interface SeedOptions {
  url: string;
  token?: string;
  folder: string;
}

/** Brings a hub to the skills of a folder. */
async function seed({ url, token, folder }: SeedOptions): Promise<void> {
  const skills = readSkills(folder);
  const hub = new HubClient(url, token);
  let published = 0;
  for (const skill of skills) {
    if (await seedOne(hub, skill)) published += 1;
  }
  console.log(`${published} of ${skills.length} skills published to ${url}`);
}

/** Whether it had to be published. */
async function seedOne(hub: HubClient, skill: LocalSkill): Promise<boolean> {
  const known = await hub.find(skill.name);
  const isNew = known?.sha256 !== skill.sha256;
  const { version, enabled } = isNew ? await hub.publish(skill, PUBLISHER) : known;
  const what = isNew ? 'published' : 'unchanged';
  console.log(`${skill.name}: ${what}, version ${version}${enabled ? '' : ', disabled on the hub'}`);
  return isNew;
}

/** `undefined` when only help was asked for, which is then printed. */
function readOptions(args: string[], env: NodeJS.ProcessEnv): SeedOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string', default: env['VERS_INFRA_URL'] || `http://localhost:${env['PORT'] || '3000'}` },
      token: { type: 'string', default: env['VERS_AUTH_TOKEN'] },
      folder: { type: 'string', default: join(import.meta.dirname, '..', 'skills') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return undefined;
  }
  const { url, token, folder } = values;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new Error(`--url is no URL: ${url}`);
  return { url, token: token || undefined, folder };
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options) await seed(options);
} catch (error) {
  console.error(`seed-skills: ${(error as Error).message}`);
  process.exitCode = 1;
}
