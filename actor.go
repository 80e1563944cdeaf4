package anlo

// Role is what an actor may be. Roles of people in office are bound to an area.
type Role string

const (
	Citizen           Role = "citizen" // anybody, without an account
	CheckpointOfficer Role = "checkpoint-officer"
	System            Role = "system"   // background work
	Operator          Role = "operator" // whoever runs the binary on the machine itself
)

// Action is one thing that a use-case does and that may be allowed or not.
type Action string

const (
	ActDeclare        Action = "declare"
	ActReadOwn        Action = "declaration.read-own"
	ActChangeOwn      Action = "declaration.change-own"
	ActJudge          Action = "pass.judge"
	ActReadBundle     Action = "bundle.read"
	ActConfirm        Action = "identity.confirm"
	ActImportUnits    Action = "units.import"
	ActImportRegister Action = "register.import"
	ActKeys           Action = "keys.change"
	ActDevices        Action = "devices.change"
)

// Actor is who acts, and in which capacity. Use-cases take it as an explicit
// argument.
type Actor struct {
	Role       Role
	Device     *Device // for a checkpoint officer
	ManageOf   ID      // the declaration whose secret link the citizen holds
	RemoteAddr string  // for rate limits only; never stored, never logged
	Lang       string  // "vi" or "en"
}

// permissions is the one table that says who may do what.
var permissions = map[Role][]Action{
	Citizen:           {ActDeclare, ActReadOwn, ActChangeOwn, ActReadBundle},
	CheckpointOfficer: {ActJudge, ActReadBundle},
	System:            {ActConfirm, ActKeys},
	Operator:          {ActDeclare, ActJudge, ActReadBundle, ActConfirm, ActImportUnits, ActImportRegister, ActKeys, ActDevices},
}

// May reports whether the actor's role includes the action.
func (a Actor) May(action Action) bool {
	for _, p := range permissions[a.Role] {
		if p == action {
			return true
		}
	}
	return false
}

// Purpose is why somebody looks at or changes personal data; every audit entry
// carries one.
type Purpose string

const (
	PurposeTravel     Purpose = "travel"     // the person's own declaration
	PurposeCheckpoint Purpose = "checkpoint" // judging a pass on the road
	PurposeIdentity   Purpose = "identity"   // comparing with the register
	PurposeOperation  Purpose = "operation"  // keeping the system running
)
