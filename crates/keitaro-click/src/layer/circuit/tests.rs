use adcore::ErrorKind;

use super::*;

fn circuit() -> Arc<Circuit> {
    Arc::new(Circuit::new(CircuitSettings::default()))
}

async fn permit(circuit: &Arc<Circuit>) -> Result<Permit, Refused> {
    circuit
        .permit(Instant::now() + Duration::from_millis(400))
        .await
}

fn settle(permit: Permit, succeeds: bool) {
    if succeeds {
        permit.succeeded();
    } else {
        permit.failed(&Error::new(ErrorKind::Server, "sick"));
    }
}

async fn call(circuit: &Arc<Circuit>, succeeds: bool) -> bool {
    match permit(circuit).await {
        Ok(permit) => settle(permit, succeeds),
        Err(_) => return false,
    }
    true
}

#[tokio::test(start_paused = true)]
async fn five_failures_open_it_and_one_probe_closes_it() {
    let circuit = circuit();
    for _ in 0..5 {
        assert_eq!(circuit.state(), CircuitState::Closed);
        assert!(call(&circuit, false).await);
    }
    assert!(matches!(circuit.state(), CircuitState::Open { .. }));
    assert!(!call(&circuit, true).await);
    tokio::time::advance(Duration::from_secs(1)).await;
    let probe = permit(&circuit).await.unwrap();
    assert_eq!(circuit.state(), CircuitState::Probing);
    assert!(permit(&circuit).await.is_err());
    probe.succeeded();
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn failed_probes_double_the_pause_up_to_a_limit() {
    let circuit = circuit();
    while call(&circuit, false).await {}
    for pause in [1, 2, 4, 8, 16, 30, 30] {
        let pause = Duration::from_secs(pause);
        assert_eq!(circuit.state(), CircuitState::Open { probe_in: pause });
        tokio::time::advance(pause).await;
        assert!(call(&circuit, false).await);
    }
}

#[tokio::test(start_paused = true)]
async fn half_of_the_latest_calls_must_fail() {
    let circuit = circuit();
    for _ in 0..20 {
        call(&circuit, true).await;
    }
    for _ in 0..9 {
        call(&circuit, false).await;
    }
    assert_eq!(circuit.state(), CircuitState::Closed);
    call(&circuit, false).await;
    assert!(matches!(circuit.state(), CircuitState::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn late_outcomes_and_dropped_probes_are_ignored() {
    let circuit = circuit();
    let late = permit(&circuit).await.unwrap();
    while call(&circuit, false).await {}
    late.succeeded();
    assert!(matches!(circuit.state(), CircuitState::Open { .. }));
    tokio::time::advance(Duration::from_secs(1)).await;
    drop(permit(&circuit).await.unwrap());
    assert!(call(&circuit, true).await);
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn concurrency_is_limited_until_the_tracker_responds() {
    let circuit = circuit();
    let mut in_flight = Vec::new();
    for _ in 0..64 {
        in_flight.push(permit(&circuit).await.unwrap());
    }
    let started = Instant::now();
    assert_eq!(permit(&circuit).await.unwrap_err(), Refused::Busy);
    assert_eq!(started.elapsed().as_millis() / 2, 200);
    for permit in in_flight.drain(..) {
        permit.succeeded();
    }
    for _ in 0..80 {
        in_flight.push(permit(&circuit).await.unwrap());
    }
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn failures_take_back_what_successes_gained() {
    let circuit = circuit();
    let mut in_flight = Vec::new();
    for round in 0..200 {
        in_flight.push(permit(&circuit).await.unwrap());
        if round % 2 == 1 {
            in_flight.swap_remove(0).succeeded();
        }
    }
    let gained = circuit.lock().allowed;
    assert!(gained > 80, "{gained}");
    drop(in_flight);
    for _ in 0..9 {
        assert!(call(&circuit, false).await);
    }
    assert_eq!(circuit.lock().allowed, 64);
}

#[tokio::test(start_paused = true)]
async fn waiting_callers_are_refused_when_it_opens() {
    let circuit = circuit();
    let mut in_flight = Vec::new();
    for _ in 0..64 {
        in_flight.push(permit(&circuit).await.unwrap());
    }
    let started = Instant::now();
    let fail = async {
        for permit in in_flight {
            settle(permit, false);
        }
    };
    let (waiting, ()) = tokio::join!(permit(&circuit), fail);
    assert_eq!(waiting.unwrap_err(), Refused::Open);
    assert_eq!(started.elapsed(), Duration::ZERO);
}
