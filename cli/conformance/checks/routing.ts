import { notAllowed, ok, refused } from '../answers.ts';
import { check } from '../check.ts';
import { equal, holds, unmet } from '../expect.ts';

/** Paths, methods and bodies that lead nowhere (reference 3, 4.1, Appendix A). */
export const routingChecks = [
  check('1', 'answers an unknown path with 404 in the error frame', async (api) => {
    for (const path of ['/nothing', '/assets/more', '/company/a/b/c/d/e/f']) {
      const { status, body } = await api.client.get(path);
      equal([status, body?.code, body?.msg], [404, 404, 'Not Found'], path);
    }
  }),
  check('1', 'answers a wrong method with 405 in the error frame, and says which are allowed', async (api) => {
    notAllowed(await api.client.delete('/assets'), 'GET');
    notAllowed(await api.client.get('/fees'), 'POST');
    notAllowed(await api.client.delete('/company/x'), 'GET', 'PUT');
    notAllowed(await api.client.send('PATCH', '/coreclient/x/action/y'), 'DELETE', 'GET', 'PUT');
    notAllowed(await api.client.delete('/company/x/fund/y/deposit'), 'GET', 'POST');
  }),
  check('1', 'takes a trailing slash, which is part of the signed URL', async (api) => {
    equal(ok(await api.client.get('/assets/')), ok(await api.client.get('/assets')), 'the same answer');
    ok(await api.client.get('/company/search/?query=x'));
  }),
  check('1', 'answers compact JSON as application/json', async (api) => {
    const { text, headers } = await api.client.get('/assets');
    equal(text, JSON.stringify(JSON.parse(text)), 'the text');
    holds(/^application\/json/.test(String(headers['content-type'])), 'content-type is application/json');
  }),
  check('3', 'answers a body that is no JSON object with 400 invalid json', async (api) => {
    for (const body of ['', '{', '[]', 'null', '"x"', '5', '{"name":"a"} {}', '{"name":"a",}']) {
      refused(await api.client.post('/company', body), 400, 'invalid json');
    }
  }),
  check('3', 'of a member given twice takes the last', async (api) => {
    const { company_id } = ok(await api.client.post('/company', '{"name":"First","name":"Last"}'));
    equal(ok(await api.client.get(`/company/${company_id}`)).name, 'Last', 'name');
  }),
  check('3', 'takes bodies of 10 KiB', async (api) => {
    ok(await api.client.post('/company', { name: 'Heron', ref: 'x', filler: 'y'.repeat(10_240) }));
  }),
  check('3', 'answers deep and huge bodies with a 4xx in the error frame', async (api) => {
    const deep = `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    for (const body of [deep, 'x'.repeat(2 * 1024 * 1024)]) {
      const answer = await api.client.post('/company', body).catch((error: NodeJS.ErrnoException) => {
        // A server may stop reading a body that is too long and end the connection.
        if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return undefined;
        throw error;
      });
      if (answer === undefined) continue;
      if (answer.status < 400 || answer.status > 499) unmet('status', '4xx', answer.status);
      equal(answer.body?.code, answer.status, 'code');
    }
  }),
];
