package anlo

// Action is one thing that a use-case does and that may be allowed or not.
type Action string

const (
	ActDeclare        Action = "declare"
	ActReadOwn        Action = "declaration.read-own"
	ActChangeOwn      Action = "declaration.change-own"
	ActDeclareFor     Action = "declare.for-somebody" // assisted entry at a desk or post
	ActJudge          Action = "pass.judge"
	ActReadBundle     Action = "bundle.read"
	ActConfirm        Action = "identity.confirm"
	ActImportUnits    Action = "units.import"
	ActImportRegister Action = "register.import"
	ActKeys           Action = "keys.change"
	ActDevices        Action = "devices.change"
	ActEnrol          Action = "devices.enrol" // one-time codes for the phones of a post, and their withdrawal
	ActLookUp         Action = "pass.look-up"  // by identity card or short code, at a post
	ActReadPost       Action = "post.read"     // the figures, alerts and devices of a post; nobody's data
	ActCountQueue     Action = "post.count"    // how many vehicles wait at a post
	ActSurge          Action = "post.surge"    // ask less at a post for a while
	ActZones          Action = "zones.change"  // put an area under a level

	ActRoute      Action = "notice.route"      // deliver notices, climb when overdue
	ActReadDesk   Action = "notice.read"       // lists and records, with what is sensitive masked
	ActReveal     Action = "notice.reveal"     // what is masked, for a purpose
	ActFollowUp   Action = "notice.follow-up"  // act at the address: verify, check in, release …
	ActQuarantine Action = "notice.quarantine" // order home quarantine, record a test
	ActReroute    Action = "notice.reroute"    // send to another commune
	ActMoveArea   Action = "notice.move-area"  // a commune merged into another
	ActExport     Action = "notice.export"     // CSV and XLSX of a list
	ActFigures    Action = "figures.read"      // counts by area; nobody's data
	ActDenied     Action = "notice.denied"     // of no role: the audit's word for asking outside one's area

	ActAccount  Action = "account.own"     // one's own password, factors, sessions
	ActStaff    Action = "staff.change"    // accounts and sessions of others
	ActGrant    Action = "staff.grant"     // the roles of others
	ActAPIKeys  Action = "api-keys.change" // keys of other systems
	ActWebhooks Action = "webhooks.change" // where notices are sent to
	ActAudit    Action = "audit.read"      // who did what, and the flags
	ActSealLog  Action = "audit.seal"      // append to the tamper-evident log

	// What the audit records and nobody is asked permission for.
	ActSignIn       Action = "session.sign-in"
	ActSignInFailed Action = "session.sign-in-failed"
	ActSwitchRole   Action = "session.switch-role"
	ActSignOut      Action = "session.sign-out"
)

// Actions lists every action, in the order of the table that tests compare.
var Actions = []Action{ActDeclare, ActReadOwn, ActChangeOwn, ActDeclareFor, ActJudge, ActReadBundle, ActConfirm, ActImportUnits,
	ActImportRegister, ActKeys, ActDevices, ActEnrol, ActLookUp, ActReadPost, ActCountQueue, ActSurge, ActZones, ActRoute, ActReadDesk, ActReveal, ActFollowUp, ActQuarantine, ActReroute, ActMoveArea,
	ActExport, ActFigures, ActAccount, ActStaff, ActGrant, ActAPIKeys, ActWebhooks, ActAudit, ActSealLog,
	ActDenied, ActSignIn, ActSignInFailed, ActSwitchRole, ActSignOut}

// permissions is the one table that says who may do what. Where a role is
// bound to an area, it may do it there only: see [Actor.MayIn].
var permissions = map[Role][]Action{
	Citizen:            {ActDeclare, ActReadOwn, ActChangeOwn, ActReadBundle},
	CheckpointOfficer:  {ActJudge, ActLookUp, ActReadBundle, ActDeclareFor, ActEnrol, ActReadPost, ActCountQueue, ActAccount},
	CommuneOfficer:     {ActReadDesk, ActReveal, ActFollowUp, ActQuarantine, ActReroute, ActExport, ActFigures, ActDeclareFor, ActAccount},
	HealthOfficer:      {ActReadDesk, ActReveal, ActFollowUp, ActQuarantine, ActFigures, ActZones, ActAccount},
	ProvinceSupervisor: {ActReadDesk, ActReveal, ActFollowUp, ActReroute, ActExport, ActFigures, ActEnrol, ActReadPost, ActCountQueue, ActSurge, ActAccount},
	NationalSupervisor: {ActReadDesk, ActFollowUp, ActReroute, ActExport, ActFigures, ActEnrol, ActReadPost, ActCountQueue, ActSurge, ActAccount},
	Approver:           {ActAccount},
	Vaccinator:         {ActAccount},
	Administrator:      {ActStaff, ActGrant, ActAPIKeys, ActWebhooks, ActDevices, ActEnrol, ActReadPost, ActMoveArea, ActAccount},
	Auditor:            {ActAudit, ActAccount},
	System:             {ActConfirm, ActKeys, ActRoute, ActSealLog},
	Operator: {ActDeclare, ActJudge, ActReadBundle, ActConfirm, ActImportUnits, ActImportRegister, ActKeys, ActDevices, ActEnrol, ActLookUp, ActReadPost, ActCountQueue, ActSurge, ActZones, ActRoute,
		ActMoveArea, ActStaff, ActGrant, ActAPIKeys, ActWebhooks, ActAudit, ActSealLog},
}

// Purpose is why somebody looks at or changes personal data; every audit entry
// carries one.
type Purpose string

const (
	PurposeTravel     Purpose = "travel"     // the person's own declaration
	PurposeCheckpoint Purpose = "checkpoint" // judging a pass on the road
	PurposeIdentity   Purpose = "identity"   // comparing with the register; setting a record right
	PurposeOperation  Purpose = "operation"  // keeping the system running
	PurposeFollowUp   Purpose = "follow-up"  // the commune's work on a notice
	PurposeMedical    Purpose = "medical"    // somebody needs care
	PurposeEmergency  Purpose = "emergency"  // danger to life
	PurposeComplaint  Purpose = "complaint"  // the person asked, or complained
	PurposeAudit      Purpose = "audit"      // controlling the controllers
)

// Purposes lists every purpose, in the order of filters.
var Purposes = []Purpose{PurposeFollowUp, PurposeIdentity, PurposeMedical, PurposeEmergency, PurposeComplaint, PurposeCheckpoint, PurposeTravel,
	PurposeOperation, PurposeAudit}

// RevealPurposes are those that an officer may name to see what is masked.
var RevealPurposes = []Purpose{PurposeFollowUp, PurposeIdentity, PurposeMedical, PurposeEmergency, PurposeComplaint}
