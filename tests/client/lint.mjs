// Holds openapi.json against Redocly's rules: prints each problem, and ends with 1 when there is one.
import { createConfig, lint } from '@redocly/openapi-core'

const config = await createConfig({
  extends: ['recommended'],
  rules: {
    // The document is served by each city's own installation, under no common licence or address.
    'info-license': 'off',
    'operation-4xx-response': 'error',
    'operation-2xx-response': 'error',
    'no-invalid-media-type-examples': 'error',
    'no-unused-components': 'error',
    'tag-description': 'error',
    'operation-tag-defined': 'error',
    'paths-kebab-case': 'error',
    'no-http-verbs-in-paths': 'off'
  }
})
const problems = await lint({ ref: process.argv[2], config })
for (const { ruleId, message, location } of problems) {
  console.log(`${ruleId}: ${message} ${location[0].pointer ?? ''}`)
}
console.log(`${problems.length} problems`)
process.exitCode = problems.length ? 1 : 0
