import { expect, it } from 'vitest';
import { UsageError } from '../../cli/partner-api/io.ts';
import { parseWanted } from '../../cli/partner-api/provision/file.ts';

it('a file to provision from that names a member twice is refused, with the path of it', () => {
  const policy = '{"threshold":2,"members":["a","b"],"threshold":1}';
  const fund = `{"name":"main","transferPolicy":${policy},"withdrawPolicy":{"threshold":1,"members":["a"]}}`;
  const parse = () => parseWanted(`{"company":{"name":"Heron"},"funds":[${fund}]}`);
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow('funds.0.transferPolicy.threshold: stands twice');
});
