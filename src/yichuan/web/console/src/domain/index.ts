export { DETAIL_CODES, detailName, PROBLEM_KINDS, problemName, useDetailName, useProblemName } from './codeTables'
export { courierNamesQuery, useCourierName } from './couriers'
export { isMilestone, type Milestone, MILESTONE_LOOKS, MILESTONES, milestoneWords } from './milestones'
export { type Party, partyWords, problemIcon, type ProblemKind, type Severity, severityWords } from './problems'
