/** Where the hub answers, without a slash at the end. */
export const HUB = 'https://hub.example.com'
